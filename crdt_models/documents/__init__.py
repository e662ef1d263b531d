"""The kinds of document of a shop: what each fact means and which commands write it.

Rules of this package:
1. A view is a function of the set of facts it was given: order and repetition change nothing.
2. A command reads views and returns facts, or raises; it writes nothing and has no clock of its
   own.
3. What a hostile or newer signer wrote becomes `Unknown`, never an exception.
`kinds` says which view belongs to which document id.
"""
