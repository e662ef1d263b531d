"""The dining room's furniture: areas, dining tables, comanda cards. One document for the site.

`facts` what can happen · `view` what the facts add up to · `commands` what a person can ask for.
What lasts an evening stands in `floor`.
"""
