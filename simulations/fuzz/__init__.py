"""Hostile input at every door of a terminal, in children that may die of it.

A `Door` is one way in for bytes from outside. `doors` lists them, `campaign` shares the time among
them, `forks` runs 500 inputs in a child, `report` says what was found and how to see it again.
"""
