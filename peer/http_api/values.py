"""Values as front ends write them, turned into the exact ones of the models.

Rules of this file:
1. Money becomes whole centavos and quantity whole thousandths, or the request is refused: nothing
   is rounded and no binary float is ever made. JSON numbers arrive as decimal text.
2. Text is normalised (NFC) and loses control, direction and zero-width characters before anything
   stores it; what cannot be text at all (a lone surrogate) is refused.
3. Ids are 32 hexadecimal digits; to a front end they are opaque.
"""

import re
from datetime import date
from decimal import Decimal

import msgspec

from crdt_models.documents.orders.facts import WHOLE
from crdt_models.errors import InvalidAmount, MalhaError
from crdt_models.ids import CommandId, CreatedId, SiteId, command_id_of_key
from crdt_models.plain_text import plain_text
from peer.service.http_errors import InvalidField

MAX_DIGITS = 15  # before the point; checked before any arithmetic, so that 1e999999 costs nothing
_CENTAVO_PLACES = 2
_THOUSANDTH_PLACES = 3
_EPOCH = date(1970, 1, 1)
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_HEX_KEY = re.compile(r"[0-9A-Fa-f-]{32,100}")
_BASE64_KEY = re.compile(r"[A-Za-z0-9_+/=.:-]{22,100}")

OpaqueId = str | int  # front ends with numeric ids may keep sending numbers


class ReasonBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Por que; pode ficar vazio."""

    motivo: str = ""


class WeakIdempotencyKey(MalhaError):
    """An Idempotency-Key that another terminal might draw as well."""

    code = "weak_idempotency_key"
    sentence = "The Idempotency-Key has too few random bits."
    cure = "Use a version 4 UUID, 32 hexadecimal digits, or 22 characters of base64url."


def centavos(amount: Decimal | None, exact: int | None, *, field: str) -> int | None:
    """Centavos of a decimal amount, or the exact figure beside it. Raises InvalidAmount.

    Both may be given if they agree, as in a body that was read from us and sent back.
    """
    if amount is None:
        return exact
    given = _scaled(amount, _CENTAVO_PLACES, field)
    if exact is not None and exact != given:
        raise _refused(amount, field, f"difere de {field}_centavos")
    return given


def basis_points(percent: Decimal | None, *, field: str, least: int = 0) -> int | None:
    """Of 10, 12.5 or "12.50" per cent. Raises InvalidField, InvalidAmount."""
    if percent is None:
        return None
    rate = _scaled(percent, _CENTAVO_PLACES, field)
    if not least <= rate <= WHOLE:
        raise InvalidField(field=field, reason="use de 0 a 100, com até duas casas")
    return rate


def thousandths(
    quantity: Decimal | None, exact: int | None = None, *, field: str = "quantidade"
) -> int | None:
    """Thousandths of 1, 1.5 or "1.500". Raises InvalidAmount."""
    if quantity is None:
        return exact
    given = _scaled(quantity, _THOUSANDTH_PLACES, field)
    if exact is not None and exact != given:
        raise _refused(quantity, field, f"difere de {field}_milesimos")
    return given


def needed_centavos(
    amount: Decimal | None, exact: int | None, *, field: str, missing: str = "falta o valor"
) -> int:
    """As `centavos`. Raises InvalidField, with `missing`, when neither is given."""
    given = centavos(amount, exact, field=field)
    if given is None:
        raise InvalidField(field=field, reason=missing)
    return given


def _scaled(value: Decimal, places: int, field: str) -> int:
    if not value.is_finite() or value.adjusted() > MAX_DIGITS:
        raise _refused(value, field, "não é um valor")
    if value and value.as_tuple().exponent < -40:  # type: ignore[operator]  # finite: an integer
        raise _refused(value, field, "tem casas decimais demais")
    scaled = value.scaleb(places)
    if scaled != scaled.to_integral_value():
        raise _refused(value, field, f"tem mais de {places} casas decimais")
    return int(scaled)


def _refused(value: Decimal, field: str, reason: str) -> InvalidAmount:
    return InvalidAmount(given=str(value)[:40], field=field, reason=f"{field} {reason}")


def iso_date(text: str, *, field: str, reason: str) -> int:
    """Days since 1970-01-01 of AAAA-MM-DD. Raises InvalidField, with `reason`."""
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError as error:
        raise InvalidField(field=field, reason=reason) from error


def clean_text(text: str) -> str:
    """As `plain_text`. Raises InvalidField for text that has no UTF-8 form."""
    try:
        return plain_text(text)
    except UnicodeEncodeError as error:
        raise InvalidField(field="", reason="caractere incompleto") from error


def optional_text(given: OpaqueId | None) -> str | None:
    """Clean text; empty and absent are both None."""
    return None if given is None else text_or_none(str(given))


def text_or_none(text: str | None) -> str | None:
    """Clean text, None for empty."""
    return clean_text(text or "") or None


def id_of(text: str, missing: type[MalhaError], name: str) -> CreatedId:
    """The id written as 32 hexadecimal digits. Raises `missing`: none of that form can exist."""
    if not _HEX_ID.fullmatch(text):
        raise missing(**{name: shown_text(text)})
    return CreatedId(bytes.fromhex(text))


def shown_text(text: str) -> str:
    """What somebody sent, short enough and fit to be told in a problem."""
    return text[:40].encode("utf-8", "replace").decode("utf-8")


def command_id(site: SiteId, key: str, request: bytes) -> CommandId:
    """The id of the command of a request under an Idempotency-Key. request: its SHA-256.

    Raises WeakIdempotencyKey for a key that cannot hold 128 random bits.
    """
    if not (_is_hexadecimal_key(key) or _is_base64_key(key)):
        raise WeakIdempotencyKey
    return command_id_of_key(site, key, request)


def _is_hexadecimal_key(key: str) -> bool:
    """A UUID counts although 6 of its bits are fixed: every library draws them so."""
    return bool(_HEX_KEY.fullmatch(key)) and _is_varied(key.replace("-", ""), 32, distinct=6)


def _is_base64_key(key: str) -> bool:
    if _HEX_KEY.fullmatch(key) or not _BASE64_KEY.fullmatch(key):
        return False
    return _is_varied(key, 22, distinct=8)


def _is_varied(text: str, length: int, *, distinct: int) -> bool:
    """Long enough, and not one character over and over.

    128 random bits show fewer distinct characters than this less than once in a thousand million.
    """
    return len(text) >= length and len(set(text)) >= distinct
