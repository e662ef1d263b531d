"""What a peer and the relay say to each other: uploads, questions, answers, and the signed receipt.

Rules of this file:
1. Everything is strict canonical CBOR, an array that begins with the version. Changes travel inside
   as their original bytes.
2. Nothing counts as delivered without a receipt whose Ed25519 signature verifies with the relay's
   key and which names our site. A receipt says, durably: "of the batch with this hash I keep
   these", and "these are my tips, and these ids, named below them, I do not have".
3. From tips and missing ids follows everything else: whatever a stored change names is stored,
   unless it is listed as missing. So a receipt also covers what other peers uploaded, and a relay
   that lost data says so by itself.
4. Forms and judgement only: no sockets, no storage, no clock.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection, Sequence
from typing import Any, cast

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crdt_models.canonical_cbor import EXACT_LIMIT, Value, decode, encode
from crdt_models.change import Signer
from crdt_models.errors import BadSignature, NotCanonical, RefusedBytes
from crdt_models.ids import (
    CHANGE_BYTES,
    DEVICE_BYTES,
    EPOCH_BYTES,
    SITE_BYTES,
    ChangeId,
    DeviceId,
    Epoch,
    SiteId,
)

VERSION = 1
KEY_BYTES = 32
MAX_BATCH_CHANGES = 500  # one slice of work for either side
MAX_UPLOAD_BYTES = 1024 * 1024
MAX_RECEIPT_BYTES = 1024 * 1024  # 64 devices of 64 tips each are 340 kB
MAX_ANSWER_BYTES = MAX_UPLOAD_BYTES + MAX_RECEIPT_BYTES + 64 * 1024
MAX_TIPS = 4096
MAX_MISSING = 8192
MAX_REASONS = 16
_DOMAIN = b"malha-receipt-v1\0"


class MalformedMessage(RefusedBytes):
    """A message between peer and relay that has not the form of its kind."""

    code = "malformed_message"
    sentence = "This is not a {kind}: {reason}."


class ReceiptOfAnother(RefusedBytes):
    """A well-signed receipt that speaks of another site or of another batch than ours."""

    code = "receipt_of_another"
    sentence = "The receipt names another {what}."
    cure = "Check the relay token (API_NUVEM_TOKEN): it must be of this shop."


class MalformedToken(RefusedBytes):
    """Text that is no relay token."""

    code = "malformed_token"
    sentence = "This is not a relay token."
    cure = "Copy the whole line that `malha-relay token create` printed (API_NUVEM_TOKEN)."


class RelayToken(msgspec.Struct, frozen=True):
    """What a node holds of its relay.

    secret: 32 random bytes, sent as proof of who asks · relay: the relay's public key (32 bytes),
    so that receipts are believed without trust on first use.
    """

    secret: bytes
    relay: bytes

    @property
    def secret_hash(self) -> bytes:
        """All that the relay stores of the secret."""
        return hashlib.sha256(self.secret).digest()


class Upload(msgspec.Struct, frozen=True):
    """site 16 bytes · changes: original bytes, at most 500, those that others name first."""

    site: SiteId
    changes: tuple[bytes, ...]


class Claim(msgspec.Struct, frozen=True):
    """One entry of a Have: everything from `tip` downwards is held, except `missing` and below.

    device 32 bytes · epoch 8 · sequence of the tip · tip 32 · missing change ids.
    """

    device: DeviceId
    epoch: Epoch
    sequence: int
    tip: ChangeId
    missing: tuple[ChangeId, ...] = ()


class Question(msgspec.Struct, frozen=True):
    """site · claims: what the asker holds · limit: changes wanted in the answer, 0 to 500."""

    site: SiteId
    claims: tuple[Claim, ...]
    limit: int = MAX_BATCH_CHANGES


class Answer(msgspec.Struct, frozen=True):
    """changes: original bytes · more: ask again once these are held · receipt: its signed bytes."""

    changes: tuple[bytes, ...]
    more: bool
    receipt: bytes


class ReceiptTip(msgspec.Struct, frozen=True, order=True):
    """A change that the relay stores and that no change it stores names."""

    device: DeviceId
    epoch: Epoch
    sequence: int
    id: ChangeId


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the relay vouches for.

    site 16 bytes · relay: its public key, 32 bytes · time: milliseconds since 1970 by its clock ·
    batch: SHA-256 of the uploaded body it answers, or empty · kept: bit i (least significant first)
    says that change i of that body is stored · tips, missing: see rule 3 · more: the lists are cut,
    nothing may be concluded from `missing` · received: changes in the body · stored: of them new ·
    waiting: of them not kept because their `author_opened` has not come · refused: (code, count) ·
    signed: the bytes that this was verified from; no field of it.
    """

    site: SiteId
    relay: bytes
    time: int
    batch: bytes = b""
    kept: bytes = b""
    tips: tuple[ReceiptTip, ...] = ()
    missing: tuple[ChangeId, ...] = ()
    more: bool = False
    received: int = 0
    stored: int = 0
    waiting: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    signed: bytes = b""

    def keeps(self, index: int) -> bool:
        """Whether change `index` of the batch is stored at the relay."""
        byte, bit = divmod(index, 8)
        return byte < len(self.kept) and bool(self.kept[byte] >> bit & 1)

    def signed_fields(self) -> list[Any]:
        """The array of 13 that is signed."""
        tips = [[tip.device, tip.epoch, tip.sequence, tip.id] for tip in self.tips]
        refused = [[code, count] for code, count in self.refused]
        return [
            VERSION, self.site, self.relay, self.time, self.batch, self.kept, tips,
            list(self.missing), self.more, self.received, self.stored, self.waiting, refused,
        ]  # fmt: skip


def encode_token(token: RelayToken) -> str:
    """`base64url(secret).base64url(relay's public key)`, without padding: 87 characters."""
    parts = (base64.urlsafe_b64encode(each).rstrip(b"=") for each in (token.secret, token.relay))
    return b".".join(parts).decode("ascii")


def decode_token(text: str) -> RelayToken:
    """Raises MalformedToken."""
    try:
        secret, relay = (
            base64.b64decode(part.encode("ascii") + b"=", altchars=b"-_", validate=True)
            for part in text.split(".")
        )
    except (ValueError, binascii.Error) as error:
        raise MalformedToken from error
    if len(secret) != KEY_BYTES or len(relay) != KEY_BYTES:
        raise MalformedToken
    return RelayToken(secret, relay)


def kept_bits(kept: Collection[int], count: int) -> bytes:
    """The bitmap of `kept` indexes out of `count`."""
    bits = bytearray((count + 7) // 8)
    for index in kept:
        bits[index // 8] |= 1 << (index % 8)
    return bytes(bits)


def encode_upload(upload: Upload) -> bytes:
    """Canonical bytes: `[version, site, [change …]]`."""
    return encode([VERSION, upload.site, upload.changes])


def decode_upload(data: bytes) -> Upload:
    """Raises MalformedMessage. The changes inside are not looked at."""
    fields = _array(data, "upload", 3, MAX_UPLOAD_BYTES)
    changes = fields[2]
    _require(_is_bytes(fields[1], SITE_BYTES), "upload", "site")
    _require(type(changes) is list and len(changes) <= MAX_BATCH_CHANGES, "upload", "changes")
    _require(all(type(each) is bytes for each in changes), "upload", "a change")
    return Upload(SiteId(fields[1]), tuple(changes))


def encode_question(question: Question) -> bytes:
    """Canonical bytes: `[version, site, [[device, epoch, sequence, tip, [missing]] …], limit]`."""
    claims = [[it.device, it.epoch, it.sequence, it.tip, it.missing] for it in question.claims]
    return encode([VERSION, question.site, claims, question.limit])


def decode_question(data: bytes) -> Question:
    """Raises MalformedMessage."""
    fields = _array(data, "question", 4, MAX_UPLOAD_BYTES)
    _require(_is_bytes(fields[1], SITE_BYTES), "question", "site")
    _require(type(fields[2]) is list and len(fields[2]) <= MAX_TIPS, "question", "claims")
    limit = fields[3]
    _require(_is_count(limit) and limit <= MAX_BATCH_CHANGES, "question", "limit")
    return Question(SiteId(fields[1]), tuple(_claim(each) for each in fields[2]), limit)


def encode_answer(answer: Answer) -> bytes:
    """Canonical bytes: `[version, [change …], more, receipt]`."""
    return encode([VERSION, answer.changes, answer.more, answer.receipt])


def decode_answer(data: bytes) -> Answer:
    """Raises MalformedMessage. Neither the changes nor the receipt inside are looked at."""
    fields = _array(data, "answer", 4, MAX_ANSWER_BYTES)
    changes = fields[1]
    _require(type(changes) is list and len(changes) <= MAX_BATCH_CHANGES, "answer", "changes")
    _require(all(type(each) is bytes for each in changes), "answer", "a change")
    _require(type(fields[2]) is bool and type(fields[3]) is bytes, "answer", "its tail")
    return Answer(tuple(changes), fields[2], fields[3])


def sign_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The receipt's canonical bytes: its 13 fields and the signature over them (64 bytes)."""
    fields = receipt.signed_fields()
    return encode([*fields, signer.sign(_DOMAIN + encode(fields))])


def verify_receipt(data: bytes, relay: bytes, site: SiteId, body: bytes | None = None) -> Receipt:
    """The receipt, proved to be the relay's, about our site and, where given, about our upload.

    relay: the public key we believe (32 bytes) · body: the uploaded bytes it must answer.
    Raises MalformedMessage, BadSignature or ReceiptOfAnother.
    """
    fields = _array(data, "receipt", 14, MAX_RECEIPT_BYTES)
    receipt, signature = _receipt(fields), fields[13]
    _require(_is_bytes(signature, 64), "receipt", "signature")
    if receipt.relay != relay:
        raise BadSignature(what="a receipt (another relay's key)")
    try:
        key = Ed25519PublicKey.from_public_bytes(relay)
        key.verify(signature, _DOMAIN + encode(fields[:13]))
    except (InvalidSignature, ValueError) as error:
        raise BadSignature(what="a receipt") from error
    if receipt.site != site:
        raise ReceiptOfAnother(what="site")
    if body is not None and receipt.batch != batch_hash(body):
        raise ReceiptOfAnother(what="batch")
    return msgspec.structs.replace(receipt, signed=data)


def batch_hash(body: bytes) -> bytes:
    """How a receipt names the upload that it answers."""
    return hashlib.sha256(body).digest()


def _array(data: bytes, kind: str, length: int, max_bytes: int) -> list[Any]:
    try:
        value: Value = decode(data, max_bytes=max_bytes)
    except NotCanonical as error:
        raise MalformedMessage(kind=kind, reason="not canonical CBOR") from error
    _require(type(value) is list and len(value) == length, kind, f"not an array of {length}")
    fields = cast(list[Any], value)
    _require(type(fields[0]) is int and fields[0] == VERSION, kind, "unknown version")
    return fields


def _receipt(fields: Sequence[Any]) -> Receipt:
    _, site, relay, time, batch, kept, tips, missing, more, *counts, refused, _ = fields
    kind = "receipt"
    _require(_is_bytes(site, SITE_BYTES) and _is_bytes(relay, KEY_BYTES), kind, "site or key")
    _require(type(batch) is bytes and len(batch) in (0, 32), kind, "batch")
    _require(type(kept) is bytes and len(kept) <= MAX_BATCH_CHANGES // 8 + 1, kind, "kept")
    _require(type(tips) is list and len(tips) <= MAX_TIPS, kind, "tips")
    _require(_are_ids(missing, MAX_MISSING), kind, "missing")
    _require(type(more) is bool and all(map(_is_count, (time, *counts))), kind, "counts")
    _require(type(refused) is list and len(refused) <= MAX_REASONS, kind, "refused")
    received, stored, waiting = counts
    return Receipt(
        site=SiteId(site), relay=relay, time=time, batch=batch, kept=kept,
        tips=tuple(_tip(each) for each in tips), missing=tuple(missing), more=more,
        received=received, stored=stored, waiting=waiting,
        refused=tuple(_reason(each) for each in refused),
    )  # fmt: skip


def _tip(value: Any) -> ReceiptTip:
    _require(type(value) is list and len(value) == 4, "receipt", "a tip")
    device, epoch, sequence, tip = value
    _require(_is_place(device, epoch, sequence, tip), "receipt", "a tip")
    return ReceiptTip(device, epoch, sequence, tip)


def _claim(value: Any) -> Claim:
    _require(type(value) is list and len(value) == 5, "question", "a claim")
    device, epoch, sequence, tip, missing = value
    _require(_is_place(device, epoch, sequence, tip), "question", "a claim")
    _require(_are_ids(missing, MAX_MISSING), "question", "missing")
    return Claim(device, epoch, sequence, tip, tuple(missing))


def _reason(value: Any) -> tuple[str, int]:
    good = type(value) is list and len(value) == 2 and type(value[0]) is str
    _require(good and len(value[0]) <= 64 and _is_count(value[1]), "receipt", "refused")
    return value[0], value[1]


def _require(condition: bool, kind: str, reason: str) -> None:
    if not condition:
        raise MalformedMessage(kind=kind, reason=reason)


def _is_bytes(value: Any, size: int) -> bool:
    return type(value) is bytes and len(value) == size


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < EXACT_LIMIT


def _are_ids(value: Any, limit: int) -> bool:
    if type(value) is not list or len(value) > limit:
        return False
    return all(_is_bytes(each, CHANGE_BYTES) for each in value)


def _is_place(device: Any, epoch: Any, sequence: Any, change: Any) -> bool:
    return (
        _is_bytes(device, DEVICE_BYTES)
        and _is_bytes(epoch, EPOCH_BYTES)
        and _is_count(sequence)
        and _is_bytes(change, CHANGE_BYTES)
    )
