"""Mutants of the one writer: what is told before it is durable, and commands that happen twice."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import trio

from crdt_models.documents.view import _TOLD_ONCE, Derived, View
from crdt_models.errors import DomainError
from peer.node.batch import Preparation
from peer.node.node import Node
from peer.node.requests import Execute, Outcome, Request
from peer.service.sqlite_errors import NotDurable
from peer.storage.reads import CommittedReads
from peer.storage.records import Appended
from simulations.mutants.patching import Patcher, mutant

_DISKS = ("disk_full", "disk_read_only", "disk_write_failed", "disk_short_write")
_CRASHES = ("sigkill", "crash_loop", "disk_slow", "partition_every_pair")


@mutant(*_DISKS, *_CRASHES, scenes=("no_room_for_what_comes",))
def told_before_committed(patch: Patcher) -> None:
    """Answers, gossip and events go out first; the commit follows, and may fail or never come."""

    async def write(self: Any, batch: Any) -> None:
        preparation = self._prepare(batch)
        first = self._position + 1
        positions = tuple(range(first, first + len(preparation.staged)))
        to_append = preparation.to_append()
        self._publish(preparation, Appended(positions, frozenset()))
        if to_append.changes or to_append.commands:
            with suppress(NotDurable):
                await self._environment.run_blocking(self.log.append, to_append)

    patch.put(Node, "_write", write)


@mutant(*_DISKS, *_CRASHES, scenes=("disk_full_on_friday",))
def answered_before_committed(patch: Patcher) -> None:
    """Who asks for a write is answered when it is decided, not when it is durable."""

    def around(before: Any) -> Any:
        def prepare(self: Any, batch: Any) -> Any:
            preparation = before(self, batch)
            self._shelf.put(preparation.documents)
            preparation.settle({})
            return preparation

        return prepare

    patch.wrap(Node, "_prepare", around)


@mutant(*_DISKS, scenes=("disk_full_on_friday",))
def failed_batch_stays_in_memory(patch: Patcher) -> None:
    """Documents are changed while the batch is decided, and a failed commit does not undo them."""

    def around(before: Any) -> Any:
        def prepare(self: Any, batch: Any) -> Any:
            preparation = before(self, batch)
            self._shelf.put(preparation.documents)
            return preparation

        return prepare

    patch.wrap(Node, "_prepare", around)


@mutant(*_DISKS, scenes=("disk_full_on_friday",))
def failed_batch_keeps_its_sequence(patch: Patcher) -> None:
    """After a failed commit the next change follows one that nobody stored."""

    def around(before: Any) -> Any:
        def prepare(self: Any, batch: Any) -> Any:
            preparation = before(self, batch)
            self._authorship = preparation.authorship
            return preparation

        return prepare

    def drop(self: Any, batch: Any, error: Any) -> None:
        for request in batch:
            request.fail(error)

    patch.wrap(Node, "_prepare", around)
    patch.put(Node, "_drop", drop)


@mutant("sigkill", "laggy", "disk_slow", scenes=("walked_away",))
def keys_not_remembered(patch: Patcher) -> None:
    """A retry with the same Idempotency-Key is executed again."""
    patch.put(CommittedReads, "command", lambda self, command: None)
    patch.put(CommittedReads, "command_of_key", lambda self, command: None)


@mutant("sigkill", "restarted")
def keys_forgotten_at_a_boot(patch: Patcher) -> None:
    """Idempotency keys live in memory: a retry after a crash is executed again."""

    def around(before: Any) -> Any:
        def ask(self: Any, command: Any) -> Any:
            known = before(self, command)
            since = self.__dict__.setdefault("_boot", self.last_position())
            return known if known and (known.position or 0) > since else None

        return ask

    patch.wrap(CommittedReads, "command", around)
    patch.wrap(CommittedReads, "command_of_key", around)


@mutant("sigkill", "power_cut", "laggy")
def keys_of_others_not_remembered(patch: Patcher) -> None:
    """A command that came from another terminal is executed again when it is retried here."""
    patch.put(Preparation, "_remember", lambda self, changes: None)


@mutant("paused", "partition_every_pair")
def each_telling_counts(patch: Patcher) -> None:
    """One command executed at two terminals that do not see each other counts twice."""

    def _tellings(view: Any) -> Any:
        return _TOLD_ONCE

    patch.put(View, "_tellings", Derived(_tellings))


@mutant(scenes=("edited_in_between",))
def refusals_answered_as_done(patch: Patcher) -> None:
    """A refused command is answered as if it had happened."""

    def around(before: Any) -> Any:
        def fail(self: Any, error: Any) -> None:
            if isinstance(self, Execute) and isinstance(error, DomainError):
                self.answer(Outcome({}, self.command.reads(), 0))
            before(self, error)

        return fail

    patch.wrap(Request, "fail", around)


@mutant(scenes=("edited_in_between",))
def versions_not_compared(patch: Patcher) -> None:
    """If-Match is read and not held against the document."""

    def around(before: Any) -> Any:
        def init(self: Any, *given: Any, **named: Any) -> None:
            before(self, *given, **named)
            self.expect = {}

        return init

    patch.wrap(Execute, "__init__", around)


@mutant(scenes=("walked_away",))
def cancelling_withdraws_a_command(patch: Patcher) -> None:
    """A front end that hangs up takes back what it asked for, while that waits for its turn."""

    def result(before: Any) -> Any:
        async def wait(self: Any) -> Any:
            try:
                return await before(self)
            except trio.Cancelled:
                self.withdrawn = True
                raise

        return wait

    def drain(before: Any) -> Any:
        def batch(self: Any, first: Any) -> Any:
            return [each for each in before(self, first) if not hasattr(each, "withdrawn")]

        return batch

    patch.wrap(Request, "result", result)
    patch.wrap(Node, "_drain", drain)


@mutant(scenes=("paid_twice",))
def rows_of_own_changes_only(patch: Patcher) -> None:
    """Rows are written for what was sold here; what came from others shows after the next edit."""

    def around(before: Any) -> Any:
        def to_append(self: Any) -> Any:
            batch = before(self)
            own = {
                it for each in self.staged if each.source is None for it in each.change.documents
            }
            for document in set(batch.rows) - own:
                del batch.rows[document]
            return batch

        return to_append

    patch.wrap(Preparation, "to_append", around)


class _Forgetful:
    """A log that does not know what it holds."""

    def __init__(self, log: Any) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def holds_many(self, changes: Iterable[Any]) -> frozenset[Any]:
        return frozenset()

    def holds(self, change: Any) -> bool:
        return False


@mutant("frames_duplicated", "laggy")
def delivered_twice_counts_twice(patch: Patcher) -> None:
    """What is stored already is folded again when it comes again."""

    def around(before: Any) -> Any:
        def receive(self: Any, request: Any, gate: Any) -> None:
            log, self._log = self._log, _Forgetful(self._log)
            try:
                before(self, request, gate)
            finally:
                self._log = log

        return receive

    patch.wrap(Preparation, "receive", around)


@mutant("partition_every_pair", "partition_one", scenes=("seventy_two_hours_offline",))
def answers_wait_for_a_neighbour(patch: Patcher) -> None:
    """A write is answered when another terminal is linked: nobody sells alone."""

    def around(before: Any) -> Any:
        async def execute(self: Any, command: Any, **named: Any) -> Any:
            with trio.move_on_after(20):
                while not self._neighbours_days():  # noqa: ASYNC110 - a bug on purpose
                    await trio.sleep(0.5)
            return await before(self, command, **named)

        return execute

    patch.wrap(Node, "execute", around)
