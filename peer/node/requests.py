"""What is asked of the writer, and what it answers.

A request is put on the writer's queue and waited for; giving up on the answer never withdraws it.
Answers are given after the commit of the batch, so that nobody is told what is not durable.
"""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import msgspec
import trio

from crdt_models.change import Change
from crdt_models.documents.command import Command
from crdt_models.documents.staff.permission import Grant
from crdt_models.errors import DomainError, MalhaError
from crdt_models.ids import ChangeId, CommandId, CreatedId, DocumentId, OperatorId

A = TypeVar("A")


class StaleVersion(DomainError):
    """A document is no longer the version that the command was meant for."""

    code = "stale_version"
    sentence = "{document} has changed: it is at version {version}."
    cure = "Read it again and repeat the change on what it says now."


class CommandReused(DomainError):
    """One idempotency key was used for two different commands."""

    code = "command_reused"
    sentence = "This idempotency key was already used for another command."
    cure = "Use a fresh key for each command, and the same key only to retry it."


class Busy(MalhaError):
    """The node is stopping; the command was not executed."""

    code = "busy"
    sentence = "This terminal is stopping."
    cure = "Retry with the same idempotency key when it is up again."


class Outcome(msgspec.Struct, frozen=True):
    """What a command did, durably.

    ids: what it created, by name. documents: what its change touched. position: its place in the
    log. replayed: whether it had been executed before and nothing was written now. change:
    what it wrote, None when there was nothing to write.
    """

    ids: Mapping[str, CreatedId]
    documents: tuple[DocumentId, ...]
    position: int
    replayed: bool = False
    change: ChangeId | None = None


class Received(msgspec.Struct, frozen=True):
    """What became of changes from outside. stored: new ones. known: held before. waiting: in memory
    until their author is known. refused: not authentic."""

    stored: int
    known: int
    waiting: int
    refused: int


class Commit(msgspec.Struct, frozen=True):
    """One durable batch, as watchers see it. `changes`, `positions` and `sources` are aligned.

    sources: where each change came from (what `receive` was given), None for this terminal's own.
    """

    position: int
    changes: tuple[Change, ...]
    positions: tuple[int, ...]
    sources: tuple[object | None, ...]
    documents: tuple[DocumentId, ...]


class Request(Generic[A]):
    """One thing asked of the writer. Settled exactly once."""

    def __init__(self) -> None:
        self._settled = trio.Event()
        self._answer: A | None = None
        self._error: MalhaError | None = None

    def answer(self, answer: A) -> None:
        """Say what came of it; first word counts."""
        if not self._settled.is_set():
            self._answer = answer
            self._settled.set()

    def fail(self, error: MalhaError) -> None:
        """Say why nothing came of it; first word counts."""
        if not self._settled.is_set():
            self._error = error
            self._settled.set()

    async def result(self) -> A:
        """Waits for the answer. Raises what `fail` was given."""
        await self._settled.wait()
        if self._error is not None:
            raise self._error
        assert self._answer is not None
        return self._answer


class Execute(Request[Outcome]):
    """Execute a command. expect: versions that documents must have, by document id. asked: SHA-256
    of the request that the command was made from; empty when the command is all that was asked.
    grant: what somebody else allowed for it. asks_roles: see `staff.permission.allowed`."""

    def __init__(
        self,
        command: Command,
        command_id: CommandId,
        operator: OperatorId | None,
        expect: Mapping[DocumentId, str],
        asked: bytes = b"",
        grant: Grant | None = None,
        asks_roles: bool = True,
    ) -> None:
        super().__init__()
        self.command = command
        self.command_id = command_id
        self.operator = operator
        self.expect = expect
        self.asked = asked
        self.grant = grant
        self.asks_roles = asks_roles


class Receive(Request[Received]):
    """Take in changes from outside, as their original bytes."""

    def __init__(self, batch: Sequence[bytes], source: object | None) -> None:
        super().__init__()
        self.batch = batch
        self.source = source


class Staged(msgspec.Struct, frozen=True):
    """A change of the batch in preparation, and where it came from."""

    change: Change
    source: object | None

    @property
    def id(self) -> ChangeId:
        """Of the change."""
        return self.change.id
