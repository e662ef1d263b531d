"""Programs that put peers and relays through a day: the demo, the simulator, benchmarks, fuzzing.

Stands above everything and is imported by nobody. It holds no second copy of the logic: what
cannot be expressed through `peer.environment` is a reason to widen that seam.
"""
