"""The local API: what front ends, the status page and a person with curl talk to.

It translates HTTP and WebSocket into commands and queries of the node, and nothing more: every rule
of the business stands in the models, every durable write in the node.
"""
