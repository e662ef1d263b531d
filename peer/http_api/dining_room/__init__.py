"""The dining room over HTTP: tables and areas, the floor of today, reservations, comandas.

`committed` what is so now · `furniture`, `floor`, `reservations`, `cards` a handler for each
route · `routes`, `card_routes` the table of them.
"""
