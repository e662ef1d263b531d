"""A drawn share of all crash points and disk faults; and the judges see what they must see."""

from random import Random

import pytest

from peer.service import sqlite_writer
from peer.service.sqlite_writer import SqliteWriter
from peer.storage.change_log import ChangeLog
from peer.storage.recorder import record
from simulations.disk.conditions import ONCE, Fault
from simulations.disk.crash_points import enumerate_crash_points, enumerate_faults
from simulations.disk.flows import FLOWS
from simulations.disk.wal_points import FRAME_BYTES, cut_at, cuts


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_cut_off_anywhere_is_whole_or_not_there(name):
    report = enumerate_crash_points(FLOWS[name], Random(name), share=0.003)
    assert report.failures == []
    assert report.points > 0


@pytest.mark.parametrize("name", ["counter_sale", "checkpointed"])
def test_a_failing_disk_is_told_or_keeps_everything(name):
    report = enumerate_faults(FLOWS[name], Random(name), share=0.02)
    assert report.failures == []
    assert set(report.fired) >= {Fault.SYNC_FAILED, Fault.SYNC_LOST, Fault.POWER_CUT}
    assert report.told["StorageBroken"] > 0
    refusals = {"StorageBroken", "StorageError", "DatabaseDamaged", "DiskFull", "nobody"}
    assert set(report.told) <= refusals


def without(monkeypatch, pragma, instead):
    changed = tuple(it.replace(pragma, instead) for it in sqlite_writer._WRITER_ONLY)
    assert changed != sqlite_writer._WRITER_ONLY
    monkeypatch.setattr(sqlite_writer, "_WRITER_ONLY", changed)


def test_commits_without_a_sync_are_seen(monkeypatch):
    without(monkeypatch, "synchronous = FULL", "synchronous = NORMAL")
    report = enumerate_faults(FLOWS["table_moved"], Random(1), share=0.02)
    assert any("is lost" in failure for failure in report.failures)


def test_building_on_what_was_not_synced_is_seen(monkeypatch):
    frames = SqliteWriter._frames
    monkeypatch.setattr(
        SqliteWriter, "_frames", lambda self, mode: 0 if mode == "TRUNCATE" else frames(self, mode)
    )
    report = enumerate_faults(FLOWS["counter_sale"], Random(1), share=0)
    assert any("sync_failed" in it and "is lost" in it for it in report.failures)


def test_rows_in_a_transaction_of_their_own_are_seen(monkeypatch):
    def append(self, batch):
        with self._writer.transaction() as connection:
            recorded = record(connection, batch)
        with self._writer.transaction() as connection:
            self.projections.replace(connection, batch.rows, recorded.numbers, recorded.created)
        return recorded.appended

    monkeypatch.setattr(ChangeLog, "append", append)
    report = enumerate_crash_points(FLOWS["counter_sale"], Random(1), share=0.02)
    assert report.points > report.torn > 0
    assert any("are not those of the log" in failure for failure in report.failures)


def test_every_fault_of_one_operation_is_tried():
    report = enumerate_faults(FLOWS["from_another_terminal"], Random(2), share=0.06)
    assert set(report.fired) >= {fault.value for fault in ONCE}
    assert report.fired[Fault.FULL] > 0
    assert report.failures == []


def test_cuts_fall_on_frames_and_sectors_of_what_is_written():
    before = bytes(32 + FRAME_BYTES)
    after = before + b"x" * FRAME_BYTES
    found = cuts(before, after, framed=True)
    assert found[0] == 32 + FRAME_BYTES
    assert found[-1] == len(after)
    assert set(found[1:-1]) == set(range(4608, len(after), 512))
    assert cut_at(before, after, 4608, None) == after[:4608]
    noisy = cut_at(before, after, 4610, Random(0))
    assert noisy[:4610] == after[:4610]
    assert len(noisy) == 5120
    assert noisy[4610:5120] != after[4610:5120]


def test_a_checkpoint_is_cut_only_in_pages_that_it_writes():
    before = bytes(3 * 4096)
    after = b"x" * 4096 + bytes(4096) + b"x" * 4096
    found = cuts(before, after, framed=False)
    assert all(not 4096 < cut < 8192 for cut in found)
    assert found[-1] == len(after)
