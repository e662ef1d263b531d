"""The hand on a terminal: what a workload may do in a world, and what it must remember.

Rules of this file:
1. A till is one terminal's local API and nothing else: a workload never looks inside a peer.
2. An answer with a status below 300 is an acknowledgement: what it says must never be lost.
   `TillDown` means that nobody knows: the same key may be tried again, here or elsewhere.
3. Only names: the world that implements them is the simulator's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

JSON = Any  # what json.loads returns: the shape is the route's business


class Answer(Struct, frozen=True):
    """status: HTTP. body: decoded JSON, None when there is none. headers: lower-case names."""

    status: int
    body: JSON
    headers: Mapping[str, str] = {}

    @property
    def acknowledged(self) -> bool:
        return self.status < 300


class TillDown(Exception):
    """The terminal is off, or went off before it answered: the outcome is unknown."""


class Till(Protocol):
    """One terminal's local API, as its front end calls it."""

    @property
    def letters(self) -> str: ...

    async def call(
        self,
        method: str,
        path: str,
        body: JSON = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """key: the Idempotency-Key. path may hold a query. Raises TillDown."""


class Shop(Protocol):
    """What a workload has around it."""

    def tills(self) -> Sequence[Till]:
        """Terminals that are on now, by letters."""

    def now(self) -> float:
        """Virtual seconds since the service began."""

    async def sleep(self, seconds: float) -> None: ...
