"""What a terminal and the relay share: routes, problems, the SQLite writer, settings and logs.

Nothing in here knows of changes, nodes or links, so `cloud_relay` may import it without the rest
of `peer`. Time and dice come as arguments.
"""
