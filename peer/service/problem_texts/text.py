"""What one row of the table says, how details get into its sentence, and cures that many share."""

import re
import string
from collections.abc import Mapping

import msgspec

from crdt_models.money import to_brl

AGAIN = "Tente de novo com a mesma Idempotency-Key; nada é feito duas vezes."
FIX = "Corrija o valor e envie de novo."
RELOAD = "Busque a versão atual e decida de novo."

_NAMES = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")


class Text(msgspec.Struct, frozen=True):
    """status: HTTP · title · cure · detail: a template over the error's details, or empty."""

    status: int
    title: str
    cure: str
    detail: str = ""

    @property
    def names(self) -> list[str]:
        """The details that the template mentions."""
        return _NAMES.findall(self.detail)

    def told(self, details: Mapping[str, str | int]) -> str:
        """What happened this time. Without every detail that the template wants: the title."""
        if not self.detail or not details.keys() >= set(self.names):
            return self.title + "."
        return _Sentence().vformat(self.detail, (), details)


class _Sentence(string.Formatter):
    """Shows centavos as reais and thousandths as quantities."""

    def format_field(self, value: str | int, format_spec: str) -> str:
        if format_spec == "reais" and isinstance(value, int):
            return to_brl(value)
        if format_spec == "quantidade" and isinstance(value, int):
            return f"{value // 1000},{value % 1000:03d}".rstrip("0").rstrip(",")
        return str(value)
