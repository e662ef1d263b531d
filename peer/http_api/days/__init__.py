"""Business days (dia) over HTTP: what they came to, and closing them.

`handlers` what is done · `routes` the table of it.
"""
