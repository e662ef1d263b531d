"""JSON from outside, made safe before anything is done with it.

Rules of this file:
1. Refused, with a reason: malformed text or UTF-8, lone surrogates, NUL, NaN, nesting beyond 16,
   integers of 2^53 or more (they would not survive a browser, nor a change), absurd decimals.
2. A number with a fraction or an exponent becomes a Decimal, never a float: "12.30" is money.
3. The field that is wrong is named by its path, in the words of the person who sent it.
"""

import re
from decimal import Decimal
from typing import TypeVar

import msgspec

from peer.service.http_errors import InvalidField, InvalidJson

MAX_DEPTH = 16
EXACT_LIMIT = 2**53
MAX_DIGITS = 24
MAX_EXPONENT = 15

# What Python takes for a number in a text, and no front end writes: 1e0, 1_000, ١٢, " 12".
_NUMBER_TEXT = re.compile(r"\s*[+-]?[\d_]*\.?[\d_]*(?:[eE][+-]?[\d_]+)?\s*")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?|")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_WHERE = re.compile(r" - at `(?:key` in `)?\$?\.?(.*)`$")
_TYPE_NAMES = {
    "int": "número inteiro",
    "decimal": "número",
    "float": "número",
    "str": "texto",
    "bool": "true ou false",
    "array": "lista",
    "object": "objeto",
    "null": "nulo",
}
# The messages that name the field itself beside where it should stand.
_FIELD = re.compile(r"Object (?:missing required|contains unknown) field `(.+)`")
# msgspec's phrases, as a Brazilian integrator reads them. The first that fits is used.
_PHRASES = (
    (re.compile(r"Object missing required field `(.+)`"), r"falta o campo \1"),
    (re.compile(r"Object contains unknown field `(.+)`"), r"o campo \1 não existe"),
    (re.compile(r"Expected `(.+)`, got `(.+)`"), r"esperado \1, veio \2"),
    (re.compile(r"Expected `(.+)` of length (.+)"), r"esperado \1 de tamanho \2"),
    (re.compile(r"Expected `(.+)` matching regex '(.+)'"), r"esperado \1 no formato \2"),
    (re.compile(r"Expected `(.+)` (<=|>=|<|>) (.+)"), r"esperado \1 \2 \3"),
    (re.compile(r"Invalid decimal string"), "não é um número; use ponto, como 44.00"),
    (re.compile(r"Invalid (?:enum )?value '?(.+?)'?"), r"valor inválido: \1"),
)
_TYPES = re.compile(r"(?<![\w.])(" + "|".join(_TYPE_NAMES) + r")(?![\w.])")

Shape = TypeVar("Shape")


def read_json(data: bytes) -> object:
    """Decode a body. Raises InvalidJson."""
    try:
        value = _DECODER.decode(data)
    except RecursionError as error:
        raise InvalidJson(reason="aninhado demais") from error
    except (ValueError, ArithmeticError, msgspec.MsgspecError) as error:
        raise InvalidJson(reason="texto malformado") from error
    _check(value)
    return value


def shaped(value: object, shape: type[Shape], *, strict: bool = True) -> Shape:
    """`value` as a `shape` (a Struct, usually). Raises InvalidField.

    strict=False: numbers and booleans may come as text, as they do in a query.
    """
    try:
        found = msgspec.convert(value, shape, strict=strict)
        if _has_odd_number(value):
            _refuse_odd_numbers(value, shape)
    except msgspec.ValidationError as error:
        field, reason = explain(str(error))
        raise InvalidField(field=field, reason=reason) from error
    return found


def _has_odd_number(value: object) -> bool:
    """Whether a text in it is a number to Python, though not as people write one."""
    if isinstance(value, dict):
        return any(map(_has_odd_number, value.values()))
    if isinstance(value, list):
        return any(map(_has_odd_number, value))
    return isinstance(value, str) and _is_odd(value)


def _refuse_odd_numbers(value: object, shape: object) -> None:
    """Such a text is a name where a text is wanted, and nothing where an amount is. Raises
    ValidationError."""
    try:
        msgspec.convert(_spoilt(value), shape)
    except msgspec.ValidationError as error:
        if "Invalid decimal string" in str(error):
            raise


def _spoilt(value: object) -> object:
    if isinstance(value, dict):
        return {name: _spoilt(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_spoilt(each) for each in value]
    return "?" if isinstance(value, str) and _is_odd(value) else value


def _is_odd(text: str) -> bool:
    return bool(_NUMBER_TEXT.fullmatch(text)) and not _PLAIN_NUMBER.fullmatch(text)


def explain(message: str) -> tuple[str, str]:
    """(the field's path, what is wrong with it) of a msgspec message."""
    where = _WHERE.search(message)
    text = message[: where.start()] if where else message
    named = _FIELD.fullmatch(text)
    path = ".".join(filter(None, (where[1] if where else "", named[1] if named else "")))
    for pattern, phrase in _PHRASES:
        found = pattern.fullmatch(text)
        if found:
            text = _TYPES.sub(lambda name: _TYPE_NAMES[name[0]], found.expand(phrase))
            break
    return path, text.replace(" | ", " ou ")


def _check(root: object) -> None:
    waiting: list[tuple[object, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise InvalidJson(reason="aninhado demais")
            inside = [*value.keys(), *value.values()] if isinstance(value, dict) else value
            waiting += [(item, depth + 1) for item in inside]
        else:
            _check_scalar(value)


def _check_scalar(value: object) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, int | Decimal) and not _is_sensible(value):
        raise InvalidJson(reason="número fora do intervalo")


def check_text(text: str) -> None:
    """Raises InvalidJson for text that cannot be stored or sent on. (Lone surrogates cannot come
    through the decoder; they can through a path or a query.)"""
    if "\0" in text:
        raise InvalidJson(reason="caractere NUL")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidJson(reason="caractere incompleto")


def _is_sensible(number: int | Decimal) -> bool:
    if isinstance(number, int):
        return -EXACT_LIMIT < number < EXACT_LIMIT
    _, digits, exponent = number.as_tuple()
    return (
        isinstance(exponent, int)
        and len(digits) <= MAX_DIGITS
        and abs(exponent) <= MAX_DIGITS
        and number.adjusted() <= MAX_EXPONENT
    )
