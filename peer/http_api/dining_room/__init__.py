"""The dining room over HTTP: tables and areas, the floor of today, reservations.

`committed` what is so now · `furniture`, `floor`, `reservations` a handler for each route ·
`routes` the table of them.
"""
