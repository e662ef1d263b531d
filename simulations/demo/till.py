"""A front end's side of one terminal: HTTP with a key, and what went wrong in words a cashier has.

Rules of this file:
1. Every write carries the Idempotency-Key it is given, so whoever got no answer asks again, there
   or at another terminal, and nothing happens twice.
2. `Away`: no answer, the machine may be off, and the write may or may not have happened.
   `Refused`: the terminal answered that it will not.
"""

import ssl
from pathlib import Path
from typing import Any, Literal

import httpx
import msgspec
import trio

from crdt_models.errors import MalhaError

ANSWER_SECONDS = 15.0  # a till under the whole load of this demo, on two cores
FIRST_LOOK_SECONDS = 0.004
LONGEST_LOOK_SECONDS = 0.1
_NOT_SO_FAR = (404, 412)
_TOO_BUSY = (429, 503)

# From the first to the last; an order is as far as its line furthest behind.
STAGES = ("novo", "enviado", "preparando", "pronto", "entregue")
CLOSED = ("fechado", "pago")


class Away(Exception):
    """The terminal gave no answer, or says that it cannot answer now."""


class Refused(MalhaError):
    """A terminal refused what this shop may do: the demo or the terminal is wrong."""

    code = "demo_refused"
    sentence = "{what} was refused with {status}: {body}"
    cure = "Read the terminal's log in the demo's folder (--keep)."


class Seen(msgspec.Struct, frozen=True):
    """How far an order is. lines: count · stage: index in STAGES · paid: centavos."""

    lines: int = 0
    stage: int = 0
    paid: int = 0
    closed: bool = False

    def reaches(self, other: "Seen") -> bool:
        """Whether everything that `other` knows has arrived here."""
        return (
            self.lines >= other.lines
            and self.stage >= other.stage
            and self.paid >= other.paid
            and self.closed >= other.closed
        )


def seen_in(pedido: dict[str, Any]) -> Seen:
    """What the JSON of a pedido shows."""
    return Seen(
        lines=len(pedido["itens"]),
        stage=STAGES.index(pedido["status_producao"]),
        paid=int(pedido["pago_centavos"]),
        closed=pedido["status"] in CLOSED,
    )


class Till:
    """One terminal, or the relay, as a front end reaches it. `close` it."""

    def __init__(self, letters: str, url: str, key: str, certificate: Path | None = None) -> None:
        trust = ssl.create_default_context(cafile=certificate) if certificate else False
        self.letters = letters
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"x-api-key": key},
            verify=trust,
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )

    async def close(self) -> None:
        with trio.CancelScope(shield=True):
            await self._client.aclose()

    async def get(self, path: str) -> dict[str, Any]:
        """Raises Away, Refused."""
        answer = await self._ask("GET", path)
        return self._taken(answer, f"GET {path}")

    async def post(self, path: str, key: str, body: object = None) -> dict[str, Any]:
        """Raises Away, Refused."""
        answer = await self._post(path, key, body)
        return self._taken(answer, f"POST {path} at {self.letters}")

    async def post_if(
        self, version: str, path: str, key: str, body: object = None
    ) -> dict[str, Any] | None:
        """As `post`, where the order is in that version; None where it is not (yet).

        Raises Away, Refused.
        """
        answer = await self._post(path, key, body, {"if-match": f'"{version}"'})
        if answer.status_code in _NOT_SO_FAR:
            return None
        return self._taken(answer, f"POST {path} at {self.letters}")

    async def _post(
        self, path: str, key: str, body: object, more: dict[str, str] | None = None
    ) -> httpx.Response:
        content = msgspec.json.encode({} if body is None else body)
        headers = {"idempotency-key": key, "content-type": "application/json", **(more or {})}
        return await self._ask("POST", path, content=content, headers=headers)

    async def import_products(self, file: bytes) -> dict[str, Any]:
        """What became of a CSV file of products. Raises Away, Refused."""
        path = "/api/produtos/importar"
        answer = await self._ask("POST", path, content=file, headers={"content-type": "text/csv"})
        return self._taken(answer, f"POST {path} at {self.letters}")

    async def find(self, order: str, version: str = "") -> Seen | Literal["same"] | None:
        """How far the order is here: `same` as in that version; None while it has not arrived.

        Raises Away, Refused.
        """
        path = f"/api/pedidos/{order}"
        answer = await self._ask("GET", path, headers={"if-none-match": f'"{version}"'})
        if answer.status_code == 304:
            return "same"
        if answer.status_code == 404:
            return None
        return seen_in(self._taken(answer, f"GET {path}"))

    async def holds_document(self, order: str) -> bool:
        """Whether the relay has anything of the order. Raises Away, Refused."""
        path = f"/v1/documents/order:{order}"
        answer = await self._ask("GET", path)
        if answer.is_success or answer.status_code == 404:
            return bool(answer.is_success)
        raise Refused(what=f"GET {path}", status=answer.status_code, body=answer.text[:400])

    async def shows(
        self, order: str, wanted: Seen, patience_seconds: float, *, version: str = ""
    ) -> bool:
        """Whether the order is here before patience ends, as in that version or as far as `wanted`.

        The version is equal wherever the same is known, and cheap to compare; after a write that
        was repeated elsewhere another version may hold the same. Raises Away, Refused.
        """
        look = FIRST_LOOK_SECONDS
        deadline = trio.current_time() + patience_seconds
        while True:
            seen = await self.find(order, version)
            if seen == "same" or (seen is not None and seen.reaches(wanted)):
                return True
            if trio.current_time() >= deadline:
                return False
            await trio.sleep(look)
            look = min(2 * look, LONGEST_LOOK_SECONDS)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, content=content, headers=headers)
        except httpx.TransportError as error:
            raise Away(f"{self.letters}: {error!r}") from error
        if answer.status_code in _TOO_BUSY:
            raise Away(f"{self.letters}: {answer.status_code} {answer.text[:200]}")
        return answer

    def _taken(self, answer: httpx.Response, what: str) -> dict[str, Any]:
        if answer.is_success:
            value: dict[str, Any] = msgspec.json.decode(answer.content)
            return value
        raise Refused(what=what, status=answer.status_code, body=answer.text[:400])
