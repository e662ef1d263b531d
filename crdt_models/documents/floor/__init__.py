"""The floor of one business day: who serves where, which tables stand together, what was cleaned,
who is expected. One document for each day, so that an evening never grows what the next one reads.
"""
