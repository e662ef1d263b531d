"""Mutants of the disk: what is durable, and what the tables say of it."""

from typing import Any

import msgspec

from peer.http_api import lists
from peer.service import sqlite_writer
from peer.service.sqlite_errors import NotDurable
from peer.storage import recorder
from peer.storage.change_log import ChangeLog
from peer.storage.projections import Condition, Projections
from peer.storage.reads import CommittedReads
from simulations.mutants.patching import Patcher, mutant


@mutant("all_power_cut", "power_cut", relay=False, scenes=("twenty_terminals_power_cut",))
def commits_not_synced(patch: Patcher) -> None:
    """PRAGMA synchronous = OFF: fast, until the power fails."""
    pragmas = (*sqlite_writer._WRITER_ONLY, "PRAGMA synchronous = OFF")
    patch.put(sqlite_writer, "_WRITER_ONLY", pragmas)


@mutant("all_power_cut", "power_cut", relay=False)
def commits_synced_at_checkpoints(patch: Patcher) -> None:
    """PRAGMA synchronous = NORMAL: what SQLite's manual recommends for WAL, and a till must not."""
    pragmas = (*sqlite_writer._WRITER_ONLY, "PRAGMA synchronous = NORMAL")
    patch.put(sqlite_writer, "_WRITER_ONLY", pragmas)


@mutant("disk_sync_failed", "power_cut", relay=False)
def failed_sync_tried_again(patch: Patcher) -> None:
    """A disk that failed a sync is believed when the next one succeeds."""
    patch.put(sqlite_writer, "write_failure", lambda code, reason: NotDurable(reason=reason))
    patch.put(sqlite_writer, "means_broken", lambda code: False)
    patch.put(sqlite_writer, "CHECKPOINT_FRAMES", 20)  # a small service has no more


@mutant("image_cloned", "image_restored", relay=False, scenes=("cloned_disk",))
def one_tip_per_device(patch: Patcher) -> None:
    """The tips table keeps the newest change of a device: the other branch of a fork is no tip."""

    def around(before: Any) -> Any:
        def write(connection: Any, new: Any, positions: Any) -> None:
            before(connection, new, positions)
            connection.execute(
                "DELETE FROM tip WHERE position NOT IN (SELECT max(tip.position) FROM tip JOIN"
                " change ON change.position = tip.position GROUP BY change.device)"
            )

        return write

    patch.wrap(recorder, "_write_edges", around)


@mutant("frames_dropped", "crash_loop", relay=False, scenes=("hole_at_a_power_cut",))
def gaps_forgotten_at_a_boot(patch: Patcher) -> None:
    """The gaps below what is stored are not read back when a process starts."""
    patch.put(CommittedReads, "missing", lambda self, *device: [])


@mutant("restarted", "sigkill", scenes=("split_brain_at_the_rush",))
def document_not_in_memory_is_new(patch: Patcher) -> None:
    """After a restart, whatever is not in memory yet counts as an empty document."""
    patch.put(CommittedReads, "documents_known", lambda self, documents: frozenset())


@mutant("restarted", "sigkill", "power_cut", scenes=("hole_at_a_power_cut",))
def rows_follow_the_next_commit(patch: Patcher) -> None:
    """A document's rows are written with the commit after: a process that ends takes them along."""
    late: dict[int, dict[Any, Any]] = {}

    def around(before: Any) -> Any:
        def append(self: Any, batch: Any) -> Any:
            rows = late.pop(id(self), {})
            late[id(self)] = dict(batch.rows)
            batch.rows.clear()
            batch.rows.update(rows)
            return before(self, batch)

        return append

    patch.wrap(ChangeLog, "append", around)


@mutant(relay=False)
def a_page_begins_too_late(patch: Patcher) -> None:
    """Each page of a list after the first leaves out its first row."""

    def around(before: Any) -> Any:
        def page(self: Any, query: Any) -> Any:
            found = before(self, query)
            rows = found.rows if query.cursor is None else found.rows[1:]
            return msgspec.structs.replace(found, rows=rows)

        return page

    patch.wrap(Projections, "page", around)


@mutant(relay=False)
def table_asked_for_in_capitals(patch: Patcher) -> None:
    """`?mesa=` finds nothing whose id has a letter."""

    def around(before: Any) -> Any:
        def conditions(api: Any, call: Any) -> Any:
            return tuple(
                Condition("table_id", str(each.value).upper())
                if each.column == "table_id"
                else each
                for each in before(api, call)
            )

        return conditions

    patch.wrap(lists, "_conditions", around)
