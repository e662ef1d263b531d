"""Errors as people and programs receive them: RFC 9457 problem details, in Brazilian Portuguese.

Rules of this file:
1. One table: code → status, title, cure. Everything that an HTTP answer says about an error comes
   from its row; the English sentence is for the log.
2. An error with no row is a fault of ours: 500 with an incident id, and nothing of it leaks.
3. Codes are stable and in English; `type` is made from them. Texts may be improved at any time.
"""

from collections.abc import Mapping

import msgspec

from crdt_models.errors import MalhaError
from peer.service.http_errors import Unexpected
from peer.service.problem_texts import PROBLEMS

MEDIA_TYPE = "application/problem+json"
_OWN_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "como_resolver"})


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is no success; details of the error stand beside these.

    type: URN of the code · title: what happened, in general · status: HTTP · detail: what happened
    this time · code: stable, for programs · como_resolver: what to do now.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    como_resolver: str


def has_text(error: type[MalhaError]) -> bool:
    """Whether errors of this class can be shown."""
    return error.code in PROBLEMS


def problem_of(error: MalhaError) -> tuple[int, dict[str, str | int]]:
    """(HTTP status, members) of what a caller is told. `error.code` must have a row."""
    text = PROBLEMS[error.code]
    problem = Problem(
        type=type_of(error.code),
        title=text.title,
        status=text.status,
        detail=text.told(error.details),
        code=error.code,
        como_resolver=text.cure,
    )
    extra = {name: value for name, value in error.details.items() if name not in _OWN_MEMBERS}
    return text.status, {**msgspec.structs.asdict(problem), **extra}


def unexpected(incident: str) -> tuple[int, dict[str, str | int]]:
    """What a caller is told of a fault of ours."""
    return problem_of(Unexpected(incident=incident))


def encoded(members: Mapping[str, str | int]) -> bytes:
    """The body. Text that UTF-8 cannot carry is replaced: an error must always be told."""
    safe = {name: _sendable(value) for name, value in members.items()}
    return msgspec.json.encode(safe)


def type_of(code: str) -> str:
    return f"urn:malha:problema:{code}"


def _sendable(value: str | int) -> str | int:
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
