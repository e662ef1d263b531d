"""A relay that is none: it signs, well, with a key that no token names, and keeps nothing.

Rules of this file:
1. Its answers have the right form and say what whoever believes it would be glad to hear.
2. It stores nothing and looks at no change.
"""

from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crdt_models.receipts import (
    Answer,
    Receipt,
    batch_hash,
    decode_question,
    decode_upload,
    encode_answer,
    kept_bits,
    sign_receipt,
)


class Impostor:
    """Another relay, with a key of its own."""

    def __init__(self, dice: Random) -> None:
        self._signer = Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
        self._key = self._signer.public_key().public_bytes_raw()

    def answer(self, is_upload: bool, body: bytes) -> bytes:
        """To the bytes of an upload, or of a question."""
        if is_upload:
            upload = decode_upload(body)
            count = len(upload.changes)
            kept = kept_bits(range(count), count)
            return self._receipt(Receipt(
                site=upload.site, relay=self._key, time=0, batch=batch_hash(body), kept=kept,
                received=count, stored=count,
            ))  # fmt: skip
        site = decode_question(body).site
        receipt = self._receipt(Receipt(site=site, relay=self._key, time=0))
        return encode_answer(Answer((), False, receipt))  # noqa: FBT003 - `more`, in wire order

    def _receipt(self, receipt: Receipt) -> bytes:
        return sign_receipt(receipt, self._signer)
