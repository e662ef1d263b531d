"""The terminal: one process per PDV that sells, stores, and talks to its neighbours.

Wraps the pure `crdt_models` in a disk, links, an HTTP API and a command line. Only
`peer.environment` reads clocks and throws dice. Never imports `cloud_relay` or `simulations`.
"""
