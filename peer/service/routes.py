"""The words of the one table of routes: what a `Route` says, and what an endpoint gets and gives.

Rules of the table:
1. A `Route` says everything about an address: what it takes, gives and refuses, and who may call.
   Routing, permissions, OpenAPI and the tests of the documentation all read the same table.
2. Endpoints receive decoded, checked values and return plain ones. They raise MalhaError; the table
   of problems says how that reads. Anything else they raise is a fault of ours: 500 with an id.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

import msgspec

PUBLIC = "public"  # the role of a route that wants no key
MAX_BODY_BYTES = 256 * 1024
JSON = "application/json"
BINARY = ("application/cbor", "application/octet-stream")
Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
QueryValue: TypeAlias = str | int | bool
Shape = TypeVar("Shape")


class Caller(Protocol):
    """Whose key a request carried."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


class QueryField(msgspec.Struct, frozen=True):
    """A parameter after the `?`. kind: str, int or bool · required: 422 without it · values: the
    texts it may be, empty for any · least and most: of a number."""

    name: str
    description: str = ""
    kind: type[str] | type[int] | type[bool] = str
    required: bool = False
    values: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that needs more than a value.

    value: encoded as JSON unless `content` is given · status: the route's own unless given ·
    headers: in lower case · content and media_type: bytes to send as they are.
    """

    value: object = None
    status: int | None = None
    headers: Mapping[str, str] = {}
    content: bytes | None = None
    media_type: str = JSON


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as an endpoint sees it.

    path: the values of `{…}` in the route's path · query: the declared fields that came · body: of
    the route's body type, None without one · caller: None on public routes · headers: all of them ·
    route: the method and the path as the table has it · wrote: ids of the
    changes that it made, noted by who made them.
    """

    path: Mapping[str, str]
    query: Mapping[str, QueryValue]
    body: object
    caller: Caller | None
    headers: Mapping[str, str]
    route: str = ""
    wrote: list[bytes] = []

    def body_as(self, shape: type[Shape]) -> Shape:
        """The body, which the route declared as `shape`."""
        assert isinstance(self.body, shape), "the route's body type"
        return self.body

    def caller_as(self, kind: type[Shape]) -> Shape:
        """The caller, which `authenticate` made as `kind`."""
        assert isinstance(self.caller, kind), "what authenticate returns"
        return self.caller

    def text(self, name: str) -> str | None:
        """A query field of kind str."""
        value = self.query.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """A query field of kind int."""
        value = self.query.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        """A query field of kind bool."""
        value = self.query.get(name)
        return value if isinstance(value, bool) else None

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("idempotency-key")

    @property
    def if_match(self) -> str | None:
        """The version in If-Match without its quotes; `*` and absence are None."""
        given = self.headers.get("if-match", "*").strip().removeprefix("W/").strip('"')
        return None if given in ("*", "") else given


Endpoint: TypeAlias = Callable[[Call], Awaitable[object]]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One address.

    path: `/api/pedidos/{id}` · endpoint: async, Call → value, Answer or None (204) · answer: the
    type of what it returns, None for nothing · body: a Struct (JSON), `bytes` (binary) or None ·
    query: fields or bare names · errors: codes beyond those that every route has · role: who may
    call, PUBLIC for anybody · summary: a line of Portuguese · status: of a success · body_optional:
    nothing at all is taken as `{}` · body_shown: the body's type in the description, where the
    endpoint reads a looser one · accepts: media types of a body in bytes · media_type: of an answer
    in bytes · takes and gives: names of
    headers that it reads and sends, see `openapi.HEADERS` · also: other statuses of a success, and
    what they mean · beside: a member that stands beside an error's own, by its code.
    """

    method: Method
    path: str
    endpoint: Endpoint
    answer: Any  # a type expression: a Struct, `list[…]`, `dict[…]` …
    role: str
    summary: str
    body: Any = None
    query: tuple[QueryField | str, ...] = ()
    errors: tuple[str, ...] = ()
    status: int = 200
    max_body_bytes: int = MAX_BODY_BYTES
    body_optional: bool = False
    body_shown: Any = None
    accepts: tuple[str, ...] = BINARY
    media_type: str = BINARY[0]
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    also: Mapping[int, str] = {}
    beside: Mapping[str, tuple[str, Any]] = {}

    @property
    def query_fields(self) -> tuple[QueryField, ...]:
        return tuple(QueryField(it) if isinstance(it, str) else it for it in self.query)
