"""Files of products as people keep them, read into values of the catalog: CSV and JSON.

`tables` turns bytes into rows of cells, `columns` knows what a heading means, `cells` what a cell
says, `rows` what a row says, `comparison` what that changes in a catalog. `refusals` are the
sentences for what cannot be taken, in Portuguese, each with a cure: one bad row never spoils the
others, and nothing is guessed.
"""
