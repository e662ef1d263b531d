"""The relay's database: one port, and an implementation per engine.

Whoever reads or writes names the tenant first and gets an object that can reach nothing else.
"""
