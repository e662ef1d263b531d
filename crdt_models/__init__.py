"""What a shop's facts mean, and how peers agree on them: the pure part of Malha.

Rules of this package:
1. No I/O, no clock, no dice, no threads: bytes, time and randomness are arguments.
2. A file imports only lower floors (`tests/test_architecture.py` holds the table).
3. Peer, relay and simulator all run this same code; nothing here knows which of them it serves.
"""

__version__ = "0.1.0"
