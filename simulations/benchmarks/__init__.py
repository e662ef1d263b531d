"""The budgets, measured on this machine: real terminals as processes, through their public face.

Machines differ and are noisy, so beside each figure stands its ratio to a limit that no program of
this kind can go below, measured in the same run: one durable write of 4 kB plus one bare HTTP
round trip on loopback.
"""
