"""Identifiers, and how each is made. They are computed, never drawn by a model.

Rules of this file:
1. An id made by a command is a hash of (site, command, index): the same command executed at two
   terminals that cannot see each other names the same things.
2. A fact id is derived from the change that carries the fact, so that nobody can name, shadow or
   erase another's fact.
3. Widths are fixed: site 16 bytes, device 32, epoch 8, change 32, operator, command and created 16.
"""

import base64
import hashlib
from datetime import date, timedelta
from typing import NewType

SiteId = NewType("SiteId", bytes)
DeviceId = NewType("DeviceId", bytes)
Epoch = NewType("Epoch", bytes)
ChangeId = NewType("ChangeId", bytes)
OperatorId = NewType("OperatorId", bytes)
CommandId = NewType("CommandId", bytes)
CreatedId = NewType("CreatedId", bytes)
OrderId = NewType("OrderId", CreatedId)
LineId = NewType("LineId", CreatedId)
PaymentId = NewType("PaymentId", CreatedId)
ShareId = NewType("ShareId", CreatedId)
TableId = NewType("TableId", CreatedId)
ProductId = NewType("ProductId", CreatedId)
AccountId = NewType("AccountId", CreatedId)
ReservationId = NewType("ReservationId", CreatedId)
ShiftId = NewType("ShiftId", CreatedId)
FactId = NewType("FactId", str)
DocumentId = NewType("DocumentId", str)

SITE_BYTES = 16
DEVICE_BYTES = 32
EPOCH_BYTES = 8
CHANGE_BYTES = 32
SHORT_BYTES = 16  # operators, commands and created ids
KEY_BYTES = 12  # of a command id that stand for an idempotency key; the rest for what was asked

CATALOG = DocumentId("catalog")
SETTINGS = DocumentId("settings")
STAFF = DocumentId("staff")
TABLES = DocumentId("tables")
TERMINALS = DocumentId("terminals")
TRUST = DocumentId("trust")

ORDER_KIND = "order"
ACCOUNT_KIND = "account"
FLOOR_KIND = "floor"
SHIFT_KIND = "shift"
STOCK_KIND = "stock"
DAY_KIND = "day"

_EPOCH = date(1970, 1, 1)
LAST_DAY = (date.max - _EPOCH).days  # 9999-12-31; what a clock calls later is counted to it


def site_id(root_public_key: bytes) -> SiteId:
    """The site's id commits to its root key, so no message needs to carry that key on trust."""
    return SiteId(hashlib.sha256(b"malha-site-v1" + root_public_key).digest()[:SITE_BYTES])


def device_id(signing_public_key: bytes) -> DeviceId:
    """SHA-256 of the device's Ed25519 public key (32 bytes)."""
    return DeviceId(hashlib.sha256(signing_public_key).digest())


def created_id(site: SiteId, command: CommandId, index: int) -> CreatedId:
    """The id of the `index`-th thing that `command` creates."""
    seed = b"malha-id-v1" + site + command + index.to_bytes(4, "big")
    return CreatedId(hashlib.sha256(seed).digest()[:SHORT_BYTES])


def command_id_of_key(site: SiteId, idempotency_key: str, request: bytes) -> CommandId:
    """The command id that stands for one request under an idempotency key, everywhere in the site.

    request: its SHA-256. Another request under the same key has another id with the same first
    KEY_BYTES: whoever holds a change of the one knows the other for a misuse of the key.
    """
    seed = b"malha-key-v1" + site + idempotency_key.encode("utf-8")
    key = hashlib.sha256(seed).digest()[:KEY_BYTES]
    return CommandId(key + request[: SHORT_BYTES - KEY_BYTES])


def fact_id(change: ChangeId, index: int) -> FactId:
    """`<22 characters of base64url>.<index>`; 128 bits of the change id are enough to be unique."""
    return FactId(f"{fact_prefix(change)}.{index}")


def fact_prefix(change: ChangeId) -> str:
    """What the fact ids of one change begin with."""
    return base64.urlsafe_b64encode(change[:SHORT_BYTES]).rstrip(b"=").decode("ascii")


def fact_origin(fact: FactId) -> tuple[bytes, int]:
    """The (first 16 bytes of the change id, index) that `fact_id` was made from."""
    prefix, _, index = fact.partition(".")
    return base64.urlsafe_b64decode(prefix + "=="), int(index)


def order_document(order: OrderId) -> DocumentId:
    """`order:<32 hexadecimal digits>`."""
    return DocumentId(f"{ORDER_KIND}:{order.hex()}")


def account_document(account: AccountId) -> DocumentId:
    """`account:<32 hexadecimal digits>`."""
    return DocumentId(f"{ACCOUNT_KIND}:{account.hex()}")


def shift_id(site: SiteId, command: CommandId, device: DeviceId) -> ShiftId:
    """The id of the shift that `command` opens at `device`. Unlike other created ids it names who
    made it: a shift is one terminal's, and the same command at two terminals opens two."""
    seed = b"malha-shift-v1" + site + command + device
    return ShiftId(CreatedId(hashlib.sha256(seed).digest()[:SHORT_BYTES]))


def shift_document(shift: ShiftId) -> DocumentId:
    """`shift:<32 hexadecimal digits>`."""
    return DocumentId(f"{SHIFT_KIND}:{shift.hex()}")


def kind_of(document: DocumentId) -> str:
    """The part of a document id before the colon, or the whole of it: `order`, `tables`, …"""
    return document.partition(":")[0]


def order_of(document: DocumentId) -> OrderId:
    """The order id inside `order:<hex>`. Raises ValueError for a document of another kind."""
    kind, _, suffix = document.partition(":")
    if kind != ORDER_KIND:
        raise ValueError(f"{document} is no order")
    return OrderId(CreatedId(bytes.fromhex(suffix)))


def account_of(document: DocumentId) -> AccountId:
    """The account id inside `account:<hex>`. Raises ValueError for a document of another kind."""
    kind, _, suffix = document.partition(":")
    if kind != ACCOUNT_KIND:
        raise ValueError(f"{document} is no customer account")
    return AccountId(CreatedId(bytes.fromhex(suffix)))


def shift_of(document: DocumentId) -> ShiftId:
    """The shift id inside `shift:<hex>`. Raises ValueError for a document of another kind."""
    kind, _, suffix = document.partition(":")
    if kind != SHIFT_KIND:
        raise ValueError(f"{document} is no shift")
    return ShiftId(CreatedId(bytes.fromhex(suffix)))


def floor_document(day: int) -> DocumentId:
    """`floor:2026-11-22`. day: days since 1970-01-01."""
    return _of_day(FLOOR_KIND, day)


def stock_document(day: int) -> DocumentId:
    """`stock:2026-11-22`. day: days since 1970-01-01."""
    return _of_day(STOCK_KIND, day)


def day_document(day: int) -> DocumentId:
    """`day:2026-11-22`, the end of a business day. day: days since 1970-01-01."""
    return _of_day(DAY_KIND, day)


def day_of(document: DocumentId) -> int:
    """The day inside `day:<date>`. Raises ValueError for a document of another kind."""
    kind, _, suffix = document.partition(":")
    if kind != DAY_KIND:
        raise ValueError(f"{document} is no day")
    return (date.fromisoformat(suffix) - _EPOCH).days


def _of_day(kind: str, day: int) -> DocumentId:
    return DocumentId(f"{kind}:{_EPOCH + timedelta(days=min(max(day, 0), LAST_DAY))}")


def day_of_floor(document: DocumentId) -> int:
    """The day inside `floor:<date>`. Raises ValueError for a document of another kind."""
    kind, _, suffix = document.partition(":")
    if kind != FLOOR_KIND:
        raise ValueError(f"{document} is no floor")
    return (date.fromisoformat(suffix) - _EPOCH).days


def is_day_text(text: str) -> bool:
    """Whether `text` is a day from 1970-01-01 on, as `floor_document` writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text >= _EPOCH.isoformat()
    except ValueError:
        return False
