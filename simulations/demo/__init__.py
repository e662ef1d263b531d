"""The demo: a shop of three terminals and a relay sells a real day, is hurt, heals, and must agree.

Real processes, sockets, TLS and disks. The demo itself only plays the people, who sell, pull a
cable, kill a machine, and compares what every participant says at the end. It reads nothing from
any terminal's files: what it knows came through their command lines and their public APIs.
"""
