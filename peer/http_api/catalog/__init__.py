"""The catalog over HTTP: `/api/produtos`.

`bodies` say what front ends send, `products` answers, `routes` is the part of the table.
"""
