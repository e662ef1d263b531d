"""What the handlers of the local API work with, and the one way in which they write.

Rules of this file:
1. A handler gets the `Api` and a `Call` and returns an `Answer`, or raises a `MalhaError`. It knows
   nothing of sockets.
2. Every write goes through `execute`: idempotency key and version are read in one place.
3. An answer to a write is made from committed state, after the commit.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

import msgspec

from crdt_models.barcodes import ScaleLayout
from crdt_models.documents.command import Command, Context, Decision, Read
from crdt_models.documents.command import InvalidField as RefusedValue
from crdt_models.documents.orders.errors import OrderIsMerged
from crdt_models.documents.staff.errors import NotAuthorised
from crdt_models.documents.staff.permission import Grant
from crdt_models.errors import MalhaError
from crdt_models.ids import (
    SHORT_BYTES,
    CommandId,
    CreatedId,
    DeviceId,
    DocumentId,
    OperatorId,
    OrderId,
    order_document,
)
from crdt_models.pedido import JSON
from crdt_models.pedido.names import ROLE
from crdt_models.pedido.staff import ACT
from crdt_models.replication.figures import Statistics
from peer.environment import Environment
from peer.http_api import durability
from peer.http_api.catalog.finder import Finder
from peer.http_api.front_ends import FrontEnd, FrontEnds
from peer.http_api.refused_values import told_to_front_end
from peer.http_api.staff.desk import Desk
from peer.http_api.values import command_id
from peer.node.members import number_of
from peer.node.node import Node
from peer.node.requests import Busy, Outcome, StaleVersion
from peer.service.problems import MEDIA_TYPE, problem_of
from peer.service.routes import Answer, Call, Endpoint
from peer.service.sqlite_errors import NotDurable
from peer.storage.projections import BadCursor
from peer.uplink.journal import SyncLogRow, UplinkStatus

T = TypeVar("T")

MAX_LIMIT = 500  # rows of a list in one answer
DEFAULT_LIMIT = 200
RETRY_AFTER_SECONDS = 1
# What a request says, in one wording however its members were ordered.
_WORDING = msgspec.json.Encoder(decimal_format="string", order="sorted")


class Uplink(durability.Uplink, Protocol):
    """The relay's side of this terminal, as the API asks for it."""

    def status(self) -> UplinkStatus: ...

    def log(self, *, kind: str | None, success: bool | None, limit: int) -> list[SyncLogRow]: ...

    def request_now(self) -> bool:
        """Ask for an exchange at once. False: this terminal must not use the network for it."""

    def is_synced(self, document: DocumentId) -> bool:
        """Whether the relay has all we hold of a document."""


class Link(Protocol):
    """One other terminal, linked now (`peer.mesh.LinkFace`). since: monotonic seconds."""

    @property
    def device(self) -> DeviceId: ...
    @property
    def letters(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def dialled(self) -> bool: ...
    @property
    def clone(self) -> bool: ...
    @property
    def since(self) -> float: ...


class Mesh(durability.Mesh, Protocol):
    """The links of this terminal (`peer.mesh.Mesh`)."""

    looking: Callable[[], None]
    """Called when links, or what they lack, may have changed."""

    def links(self) -> Sequence[Link]: ...

    def last_linked(self) -> Mapping[DeviceId, float]:
        """By device, when its last link ended (monotonic seconds), since our start."""

    def statistics(self) -> Statistics:
        """What the links say each other has, and lacks."""


class Live(Protocol):
    """What the live events know (`peer.live_events`)."""

    def connections(self) -> Mapping[str, int]:
        """Clients that follow live, by type: `pedidos`, `global`."""

    def dismiss(self, name: str) -> None:
        """End the live conversations of a front end whose key was revoked."""


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """What the handlers may use. name: of this terminal, as people call it · version: of the
    program · desk: who has entered · uplink and mesh: None where this terminal has no relay,
    no mesh · finder: the search over products · scale_label: where a scale's label holds what ·
    time_zone: where the shop is · log_file: where this program writes its log."""

    node: Node
    environment: Environment
    front_ends: FrontEnds
    desk: Desk
    live: Live
    uplink: Uplink | None = None
    mesh: Mesh | None = None
    name: str = ""
    version: str = ""
    finder: Finder = msgspec.field(default_factory=Finder)
    scale_label: ScaleLayout = ScaleLayout()
    time_zone: str = "UTC"
    log_file: Path | None = None


Handler: TypeAlias = Callable[[Api, Call], Awaitable[Answer]]


def bound(api: Api | None, handler: Handler) -> Endpoint:
    """The handler as a route's endpoint. Without an api the table only serves for documentation."""
    if api is None:
        return _not_served
    return partial(_retriable, handler, api)


async def _retriable(handler: Handler, api: Api, call: Call) -> Answer:
    """Says when to try again, where trying again is what helps, and how far a write has come."""
    try:
        wait = durability.wait_of(call)
        answer = await handler(api, call)
        if wait is None:
            return answer
        parts = api.environment, api.mesh, api.uplink
        return await durability.told_how_far(call, answer, wait, *parts)
    except (NotDurable, Busy) as error:
        return refusal(error, headers={"retry-after": str(RETRY_AFTER_SECONDS)})


def refusal(
    error: MalhaError,
    *,
    headers: Mapping[str, str] | None = None,
    beside: Mapping[str, object] | None = None,
) -> Answer:
    """A problem with headers, or with members beside those that every problem has."""
    status, members = problem_of(error)
    content = JSON.encode({**members, **(beside or {})})
    return Answer(content=content, status=status, headers=headers or {}, media_type=MEDIA_TYPE)


async def _not_served(call: Call) -> Answer:
    raise AssertionError("this table of routes was made for documentation")


def json_answer(
    value: object, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """An answer in JSON, decimals as numbers."""
    return Answer(content=JSON.encode(value), status=status, headers=headers or {})


async def execute(
    api: Api,
    call: Call,
    command: Command,
    *documents: DocumentId,
) -> Outcome:
    """Executes durably; with `If-Match`, only if the documents are at that version: of several, the
    versions of all in their order, with `-` between them.

    Raises what the command and the node raise, and WeakIdempotencyKey.
    """
    identity, asked = _identity(api, call)
    expect = _expected(call, documents)
    try:
        outcome = await api.node.execute(
            command,
            command_id=identity,
            operator=operator_of(api, call),
            grant=_grant_of(api, call),
            asks_roles=api.desk.asks_roles,
            expect=expect,
            asked=asked,
        )
        return _noted(call, outcome)
    except NotAuthorised as error:
        raise shown_in_portuguese(error) from error
    except StaleVersion as error:
        if len(documents) < 2:
            raise
        version = "-".join(map(api.node.version, documents))
        raise StaleVersion(document=documents[0], version=version) from error
    except RefusedValue as error:
        raise told_to_front_end(error) from error
    except OrderIsMerged as error:
        raise _called_by_its_number(api, error) from error


def operator_of(api: Api, call: Call) -> OperatorId | None:
    """Who entered with a PIN and asks this; None: nobody said. Raises NotEntered."""
    return api.desk.operator_of(call.headers.get("x-operador"), call.caller_as(FrontEnd).name)


def _grant_of(api: Api, call: Call) -> Grant | None:
    """What a manager allowed for this request alone. Raises AuthorisationUnknown."""
    return api.desk.grant_of(call.headers.get("x-autorizacao"), call.caller_as(FrontEnd).name)


def shown_in_portuguese(error: NotAuthorised) -> NotAuthorised:
    """With the names that the act and the role have in answers."""
    act, least = error.details["act"], error.details["least"]
    shown = {str(each): name for each, name in ACT.items()}
    return NotAuthorised(act=shown[str(act)], least=ROLE[str(least)])


def _called_by_its_number(api: Api, error: OrderIsMerged) -> OrderIsMerged:
    """With the number that people know where the models have an id."""
    into = str(error.details["into"])
    document = order_document(OrderId(CreatedId(bytes.fromhex(into))))
    return OrderIsMerged(order=error.details["order"], into=number_of(api.node, document) or into)


def _expected(call: Call, documents: Sequence[DocumentId]) -> dict[DocumentId, str]:
    if call.if_match is None or not documents:
        return {}
    given = call.if_match.split("-") if len(documents) > 1 else [call.if_match]
    missing = [""] * (len(documents) - len(given))  # no document has this version
    return dict(zip(documents, given + missing, strict=False))


class _Again(Command, frozen=True, kw_only=True, tag="again"):
    """Stands for a command that was executed: it is answered from what it wrote, not decided."""

    def plan(self, read: Read, context: Context) -> Decision:
        return Decision(())


async def replayed(api: Api, call: Call) -> Outcome | None:
    """What this request did when it was first made; None when its Idempotency-Key is new.

    For requests that mean something else, or are refused, once they had their effect. Raises
    CommandReused for another request under the same key, and WeakIdempotencyKey.
    """
    identity, asked = _identity(api, call)
    if not asked or api.node.log.command_of_key(identity) is None:
        return None
    return _noted(call, await api.node.execute(_Again(), command_id=identity, asked=asked))


def _noted(call: Call, outcome: Outcome) -> Outcome:
    if outcome.change is not None:
        call.wrote.append(outcome.change)
    return outcome


def _identity(api: Api, call: Call) -> tuple[CommandId, bytes]:
    """The id of the request's command, and what was asked for; that only counts under a key."""
    if call.idempotency_key is None:
        return CommandId(api.environment.dice.random_bytes(SHORT_BYTES)), b""
    query = {name: value for name, value in call.query.items() if name not in durability.NAMES}
    asked = _WORDING.encode([call.route, call.path, query, call.body])
    request = hashlib.sha256(asked).digest()
    return command_id(api.node.site, call.idempotency_key, request), request


def matched_version(api: Api, call: Call, document: DocumentId) -> str | None:
    """The version that `If-Match` names, None without it. Raises StaleVersion."""
    found = api.node.version(document)
    if call.if_match is not None and call.if_match != found:
        raise StaleVersion(document=document, version=found)
    return call.if_match


def limit_of(call: Call) -> int:
    """`?limite`, from 1 to MAX_LIMIT."""
    given = call.number("limite")
    return DEFAULT_LIMIT if given is None else min(max(given, 1), MAX_LIMIT)


def quoted(version: str) -> str:
    """A version as an entity tag."""
    return f'"{version}"'


def list_version(api: Api, call: Call, day: int | None = None, beside: object = None) -> str:
    """The entity tag of what is read from many documents: nothing committed, nothing new. day: what
    `?dia` means now. beside: whatever else the answer depends on."""
    asked = f"{day} {sorted(call.path.items())} {sorted(call.query.items())} {beside}"
    mark = hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()[:8]
    return quoted(f"{api.node.position}-{mark}")


def unchanged(call: Call, version: str) -> Answer | None:
    """304 to a front end that has this version already. version: an entity tag."""
    if call.headers.get("if-none-match") != version:
        return None
    return Answer(status=304, headers={"etag": version}, content=b"")


def page_of(
    call: Call, found: Sequence[T], name: Callable[[T], str], *, limit: int | None
) -> tuple[Sequence[T], str | None]:
    """Those after the one that `?desde` names, at most `limit`, and the `desde` of the next page.
    Raises BadCursor."""
    names, cursor = list(map(name, found)), call.text("desde")
    if cursor is not None and cursor not in names:
        raise BadCursor
    start = 0 if cursor is None else names.index(cursor) + 1
    end = len(found) if limit is None else start + limit
    return found[start:end], names[end - 1] if end < len(found) else None


def replay_header(outcome: Outcome | None) -> dict[str, str]:
    """Says so when the answer is one that was given before."""
    return {"idempotency-replayed": "true"} if outcome and outcome.replayed else {}
