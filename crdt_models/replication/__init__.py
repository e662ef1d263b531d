"""How peers come to hold the same changes: gossip makes it fast, anti-entropy makes it certain.

`gossip.Gossip` is the only face that shells (a mesh over sockets, a simulator) use. Everything here
is sans-IO: no socket, clock, thread or dice of its own. The wire is written down in `PROTOCOL.md`.
"""
