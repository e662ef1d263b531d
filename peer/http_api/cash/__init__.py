"""Cash shifts (caixa) over HTTP.

`bodies` what front ends send · `shifts` what is done with it · `routes` the table of it.
"""
