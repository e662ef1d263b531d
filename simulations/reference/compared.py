"""What all comparisons with a terminal share: the sentence, and words that stand in many places."""

from collections.abc import Iterator
from typing import Final

from simulations.reference.peer_shop import Json

PAYMENTS: Final = {
    "confirmed": "confirmado",
    "pending": "pendente",
    "denied": "negado",
    "unknown": "desconhecido",
    "duplicate": "duplicado",
}


def compared(subject: str, ours: Json, theirs: Json) -> Iterator[str]:
    """A sentence for each field that differs."""
    for field, value in ours.items():
        if theirs.get(field) != value:
            yield f"{subject}: {field} is {theirs.get(field)!r}, and should be {value!r}"
