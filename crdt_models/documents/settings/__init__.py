"""The shop's settings: who it is, its habits, its stations and printers. One document for the site.

`facts` what can be written · `view` what holds now · `commands` what a manager can ask for.
"""
