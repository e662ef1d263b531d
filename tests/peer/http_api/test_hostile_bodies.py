"""Every route that writes, asked about things that are really there with bodies that are nearly
right: whatever is sent, the answer is one that the description names, and never a fault of ours."""

from collections.abc import Iterator
from random import Random
from typing import Any

from peer.http_api.routes import routes
from tests.peer.http_api.conftest import declared
from tests.peer.http_api.writes import WRITES, Scene

TRIED = 12  # bodies a route
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 1, 0.1, 1e300, 2**53, -(2**63), 10**30, "", " ", "0", "-1", "x" * 5000,
    "R$ 1,00", "٣", "a\u0000b", "\u202e", "\ud800", "f" * 32, "2024-02-30", [], [None], [[]], {},
    {"": ""}, ["f" * 32] * 40, {"id": "f" * 32},
)  # fmt: skip


def named(schema: dict[str, Any]) -> dict[str, Any]:
    """The schemas of the members that a body may have."""
    if "$ref" in schema:
        return named(declared.document()["components"]["schemas"][schema["$ref"][21:]])
    found: dict[str, Any] = schema.get("properties", {})
    return found


def members_of(name: str) -> list[str]:
    method, path = name.split(" ")
    body = declared.document()["paths"][path][method.lower()].get("requestBody")
    content = {} if body is None else body["content"].get("application/json", {})
    return sorted(named(content.get("schema", {})))


def spoiled(value: Any, members: list[str], dice: Random) -> Iterator[Any]:
    """Like `value`, but for one or two places, for ever."""
    while True:
        made = _deep(value, dice)
        if isinstance(made, dict) and members and dice.random() < 0.6:
            made = {**made, dice.choice(members): dice.choice(STRANGE)}
        yield made


def _deep(value: Any, dice: Random) -> Any:
    if dice.random() < 0.15:
        return dice.choice(STRANGE)
    if isinstance(value, dict) and value:
        chosen = dice.choice(sorted(value))
        return {name: _deep(it, dice) if name == chosen else it for name, it in value.items()}
    if isinstance(value, list) and value:
        place = dice.randrange(len(value))
        return [_deep(each, dice) if at == place else each for at, each in enumerate(value)]
    return value if dice.random() < 0.3 else dice.choice(STRANGE)


async def test_nearly_right_bodies_are_answered_as_described(shop: Any) -> None:
    scene, dice, asked = Scene(shop), Random("spoiled"), set()
    for name, write in WRITES.items():
        method, members = name.partition(" ")[0], members_of(name)
        scene.forget()
        place, body = await scene.filled(write.place), await scene.filled(write.body)
        if body is None:
            continue
        for number, made in zip(range(TRIED), spoiled(body, members, dice), strict=False):
            if number == TRIED // 2:  # the first ones may have had their effect
                scene.forget()
                place = await scene.filled(write.place)
            content = declared.encoded(made)
            answer = await shop.ask(method, place, content)  # which is held against its description
            assert answer.status_code < 500, f"{name} {made!r}: {answer.text}"
            asked.add((name, answer.status_code // 100))
    assert len([each for each in asked if each[1] == 4]) > 60
    assert len([each for each in asked if each[1] == 2]) > 40


async def test_strange_places_and_queries_are_answered_as_described(shop: Any) -> None:
    """Ids that are none, and parameters with strange values, at every route."""
    dice, texts = Random("places"), [str(each) for each in STRANGE if isinstance(each, str | int)]
    texts = [each for each in texts if each.strip() and each.isprintable() and len(each) < 99]
    for route in routes():
        if route.role == "public" or route.path.startswith("/api/front-ends"):
            continue
        for _ in range(4):
            path = route.path
            while "{" in path:
                before, _, rest = path.partition("{")
                path = before + dice.choice(texts).replace("/", "") + rest.partition("}")[2]
            query = {each.name: dice.choice(texts) for each in route.query_fields}
            answer = await shop.client.request(
                route.method, path, params=query, json={} if route.body else None
            )
            assert answer.status_code < 500, f"{route.method} {path} {query}: {answer.text}"
