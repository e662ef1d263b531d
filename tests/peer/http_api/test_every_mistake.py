"""Every route that writes, with one thing in its body wrong: refused as a mistake of the caller, in
Portuguese, and the field is named by its path."""

import re
from collections.abc import Iterator
from typing import Any

from tests.peer.http_api.writes import WRITES, Scene

_ENGLISH = re.compile(
    r"\b(expected|got|missing|field|object|array|str|int|bool|decimal|invalid|unknown|value|null"
    r"|length|must|not|of|the|with|and|is)\b",
    re.IGNORECASE,
)
# A thing that was read may be sent back as it came: what it has beside may be there.
SENT_BACK = ("/api/mesas/", "/api/produtos/", "/api/configuracoes")
NOTHING_FITS = {"não": {"cabe": []}}  # where a text, a number or a list is wanted


def places(body: Any, path: str = "") -> Iterator[str]:
    """The path of every member, as a problem names it."""
    if isinstance(body, dict):
        for name, value in body.items():
            at = f"{path}.{name}" if path else name
            yield at
            yield from places(value, at)
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from places(value, f"{path}[{index}]")


def changed(body: Any, at: str, to: Any) -> Any:
    """The body with another value there; ... takes the member away."""
    if at.startswith("["):
        index, _, rest = at[1:].partition("]")
        parts = list(body)
        parts[int(index)] = changed(parts[int(index)], rest.removeprefix("."), to)
        return parts
    name, mark, rest = re.fullmatch(r"([^.\[]+)([.\[]?)(.*)", at).groups()  # type: ignore[union-attr]
    if not mark:
        others = {each: value for each, value in body.items() if each != name}
        return others if to is ... else {**body, name: to}
    return {**body, name: changed(body[name], ("[" if mark == "[" else "") + rest, to)}


def mistakes(body: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(what is wrong, where, the body)."""
    for at in places(body):
        yield "type", at, changed(body, at, NOTHING_FITS)
        yield "missing", at, changed(body, at, ...)
    yield "unknown", "desconhecido", {**body, "desconhecido": 1}


def complaint(answer: Any, kind: str, at: str) -> str | None:
    if answer.is_success:
        return "taken" if kind != "missing" else None
    if not 400 <= answer.status_code < 500:
        return str(answer.status_code)
    told = answer.json()
    text = f"{told['title']} {told['detail']} {told['como_resolver']}"
    if _ENGLISH.search(text.replace(at, "")):
        return f"English: {text}"
    if told["code"] != "invalid_field":
        return f"code: {told}" if kind != "missing" and told["code"] != "invalid_amount" else None
    named = told["field"].replace("[...]", "")  # a member of a map goes without its name
    if kind == "missing" or named.startswith(at) or (named and at.startswith(f"{named}.")):
        return None
    return f"names {told['field']}: {text}"


async def test_a_mistake_is_named_in_portuguese_on_every_route(running: Any) -> None:
    async with running() as shop:
        scene = Scene(shop)
        wrong: list[str] = []
        for name, write in WRITES.items():
            if not isinstance(write.body, dict):
                continue
            scene.forget()
            method = name.partition(" ")[0]
            place, body = await scene.filled(write.place), await scene.filled(write.body)
            if name == "POST /api/operadores":  # the first of them, whom others are about
                await shop.ask(method, place, body)
            for kind, at, sent in mistakes(body):
                if kind == "unknown" and method != "POST" and place.startswith(SENT_BACK):
                    continue
                if kind == "missing":  # the others are refused before anything is done
                    scene.forget()
                    place = await scene.filled(write.place)
                answer = await shop.ask(method, place, sent)
                found = complaint(answer, kind, at)
                if found:
                    wrong.append(f"{name} {kind} {at}: {found}")
        assert not wrong, "\n".join(wrong)
