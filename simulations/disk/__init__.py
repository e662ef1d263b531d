"""The disks of simulated machines, and what is left on them after a crash.

`SimDisk` lies under SQLite, in Python: it tears, fills up, lies and fails. `RealDisk` is files of
the production library, cheaper, and only crashes. Both have the same face.
"""
