"""The terminal's disk: the log of changes and the rows that screens read.

Synchronous on purpose: it knows no trio, and who calls it decides in which thread. One transaction
holds everything that a batch means, so there is never a row without its change or the reverse.
"""
