"""A program of the version before, as its neighbours meet it: protocol 1.0, whose frames are never
packed, and which answers no inquiry.

Rules of this file:
1. Only the wire is that of the version before; behind it runs this version's program.
2. It greets as 1.0 and packs nothing. A kind of frame that came later it does not know: it has no
   effect there, as the protocol says.
"""

from msgspec.structs import replace

from crdt_models.canonical_cbor import decode
from crdt_models.replication.frames import decode_message, encode_message
from crdt_models.replication.messages import MAX_FRAME_BYTES, Changes, Hello, Ignored

MINOR_BEFORE = 0
KNOWN_BEFORE = range(1, 10)  # Hello to Goodbye


def said(frame: bytes) -> bytes:
    """What that program says where this one says `frame`."""
    message = decode_message(frame)
    if isinstance(message, Ignored):
        return frame
    if isinstance(message, Hello):
        message = replace(message, minor=MINOR_BEFORE)
    return encode_message(message) if isinstance(message, Hello | Changes) else frame


def is_known(frame: bytes) -> bool:
    """Whether that program knows this kind of frame."""
    value = decode(frame, max_bytes=MAX_FRAME_BYTES)
    return isinstance(value, list) and value[0] in KNOWN_BEFORE
