"""The relay: a thin program in the cloud that stores what peers send and lets the back office read.

It is no authority: a shop sells without it, and it can be rebuilt from any one peer. Of `peer` it
imports only `peer.service`, what the two programs share.
"""
