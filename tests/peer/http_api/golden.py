"""Golden conversations: files of requests, answers and live messages, played against a real peer.

A file of `tests/vectors/http_api` is a list of steps, in the order in which they are played:
1. `asks` a request (`sends` its body, `with` its headers): `status`, `headers` and `answer` are
   what must come. `says` and `hears` are messages of the WebSocket that `at` names; it is opened
   when it is first named. `note` is for the reader.
2. What is written is what must come, member by member, with the decimal places. Where `"…": "more"`
   stands, other members may stand beside those that are written.
3. `{name}` is an id or a version: whatever came when it was first met, and the same ever after.
   The clock stands still, so times are as they are written.
"""

import json
import re
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import trio

from tests.peer.http_api.served import SECONDS, Served

FILES = Path(__file__).parents[2] / "vectors" / "http_api"
MORE = "…"
_NAMED = re.compile(r"\{(\w+)\}")
_ID = "[0-9a-f]{32}(?:-?[0-9a-f]{32})?"  # also of a device, and a version of two documents


def conversation(name: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = _read((FILES / f"{name}.json").read_bytes())
    return steps


def _read(text: bytes | str) -> Any:
    return json.loads(text, parse_float=Decimal)


class Golden:
    """Plays one conversation. names: what `{name}` stands for so far."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.names: dict[str, str] = {"key": served.shop.key}
        self._sockets: dict[str, Any] = {}

    async def play(self, steps: list[dict[str, Any]]) -> None:
        """Raises AssertionError with the number of the step and where it differs."""
        base = f"http://127.0.0.1:{self._served.port}"
        async with (
            AsyncExitStack() as stack,
            httpx.AsyncClient(base_url=base, verify=False) as client,
        ):
            for number, step in enumerate(steps, 1):
                found = await self._step(step, client, stack)
                assert not found, f"step {number} ({step.get('asks') or step.get('at')}): {found}"

    async def _step(
        self, step: dict[str, Any], client: httpx.AsyncClient, stack: AsyncExitStack
    ) -> list[str]:
        if "asks" in step:
            return await self._asked(step, client)
        path = step["at"]
        if path not in self._sockets:
            self._sockets[path] = await stack.enter_async_context(self._served.socket(path))
        talk = self._sockets[path]
        for message in step.get("says", []):
            await talk.send_message(json.dumps(self._given(message)))
        return [
            mistake
            for index, wanted in enumerate(step.get("hears", []))
            for mistake in self.differences(wanted, await _heard(talk), f"hears[{index}]")
        ]

    async def _asked(self, step: dict[str, Any], client: httpx.AsyncClient) -> list[str]:
        method, path = self._given(step["asks"]).split(" ", 1)
        headers = {"x-api-key": self.names["key"], **self._given(step.get("with", {}))}
        body = self._given(step["sends"]) if "sends" in step else None
        content = None if body is None else json.dumps(body, default=float)
        if body is not None:
            headers["content-type"] = "application/json"
        came = await client.request(method, path, content=content, headers=headers)
        if came.status_code != step["status"]:
            return [f"{came.status_code} instead of {step['status']}: {came.text}"]
        value = _read(came.text) if came.content else None
        found = self.differences(step.get("answer"), value, "answer")
        for name, wanted in step.get("headers", {}).items():
            found += self.differences(wanted, came.headers.get(name), name)
        return found

    def _given(self, value: Any) -> Any:
        """What is sent: every `{name}` is known."""
        if isinstance(value, str):
            return _NAMED.sub(lambda found: self.names[found[1]], value)
        if isinstance(value, dict):
            return {name: self._given(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._given(each) for each in value]
        return value

    def differences(self, wanted: Any, came: Any, where: str) -> list[str]:
        """Where `came` is not what is written. Learns the names that are met for the first time."""
        if isinstance(wanted, dict) and isinstance(came, dict):
            return self._of_members(wanted, came, where)
        if isinstance(wanted, list) and isinstance(came, list) and len(wanted) == len(came):
            pairs = enumerate(zip(wanted, came, strict=True))
            return [
                found
                for index, (one, other) in pairs
                for found in self.differences(one, other, f"{where}[{index}]")
            ]
        if isinstance(wanted, str) and isinstance(came, str):
            same = self._is_text(wanted, came)
        else:
            same = type(wanted) is type(came) and str(wanted) == str(came)
        return [] if same else [f"{where}: {came!r} instead of {wanted!r}"]

    def _of_members(self, wanted: dict[str, Any], came: dict[str, Any], where: str) -> list[str]:
        found = [f"{where}.{name} is missing" for name in wanted.keys() - came.keys() - {MORE}]
        if MORE not in wanted:
            found += [f"{where}.{name} is new" for name in came.keys() - wanted.keys()]
        for name in [each for each in wanted if each in came]:
            found += self.differences(wanted[name], came[name], f"{where}.{name}")
        return found

    def _is_text(self, wanted: str, came: str) -> bool:
        met = [each for each in _NAMED.findall(wanted) if each not in self.names]
        pattern = "".join(
            re.escape(part) if index % 2 == 0 else self._pattern_of(part)
            for index, part in enumerate(_NAMED.split(wanted))
        )
        match = re.fullmatch(pattern, came)
        if match is not None:
            self.names |= {name: match[name] for name in met}
        return match is not None

    def _pattern_of(self, name: str) -> str:
        known = self.names.get(name)
        return f"(?P<{name}>{_ID})" if known is None else re.escape(known)


async def _heard(talk: Any) -> Any:
    with trio.fail_after(SECONDS):
        return _read(await talk.get_message())
