"""Digests: "are we the same?" as one comparison.

A document's digest is Σ SHA-256(document id ‖ change id) mod 2^256: it grows by one addition per
change, in any order, and equal sets of changes have equal sums. A change that touches a document
counts once in it. Digests read the log, never the CRDT document, so they hold across versions.
"""

import hashlib
from collections.abc import Iterable, Mapping

from crdt_models.canonical_cbor import encode
from crdt_models.ids import ChangeId, DocumentId

MODULUS = 2**256
EMPTY = 0


def change_share(document: DocumentId, change: ChangeId) -> int:
    """What one change adds to the digest of one document."""
    return int.from_bytes(hashlib.sha256(document.encode("utf-8") + change).digest(), "big")


def add(digest: int, document: DocumentId, change: ChangeId) -> int:
    """The digest after one more change. Adding one twice is the caller's fault."""
    return (digest + change_share(document, change)) % MODULUS


def joined(digests: Iterable[int]) -> int:
    """Of documents that are read together."""
    return sum(digests) % MODULUS


def to_bytes(digest: int) -> bytes:
    """32 bytes, big-endian: the form in which a digest is stored and shown."""
    return digest.to_bytes(32, "big")


def version(digest: int) -> str:
    """The document's version for front ends (ETag): 32 hexadecimal digits."""
    return to_bytes(digest)[:16].hex()


def content_digest(digests: Mapping[DocumentId, int]) -> bytes:
    """SHA-256 over the sorted (document id, digest) pairs: equal iff two peers hold the same."""
    return hashlib.sha256(encode([[d, to_bytes(digests[d])] for d in sorted(digests)])).digest()
