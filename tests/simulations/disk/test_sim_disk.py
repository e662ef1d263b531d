"""A simulated machine's disk under the product's own log: each fault happens, and is noticed."""

from random import Random

import pytest

from peer.config import read_config
from peer.identity.key_files import ensure_database_key
from peer.service.sqlite_driver import SQLCIPHER
from peer.service.sqlite_errors import (
    DatabaseMissing,
    DiskFull,
    NotDurable,
    StorageBroken,
    StorageError,
)
from peer.storage.change_log import ChangeLog
from peer.terminal import open_log
from simulations.disk.apsw_driver import HandleDead
from simulations.disk.conditions import Fault
from simulations.disk.sim_disk import DATABASE, SimDisk
from simulations.simulator.environment import SimDice
from tests.contracts.samples import KEY, Shelf, chain


class Machine:
    """A disk, the log on it, and a chain to append."""

    def __init__(self, folder, seed=0):
        self.disk = SimDisk(folder, Random(seed))
        self.changes = chain(60)
        self.stored = 0
        self.log = self.open(create=True)
        self.shelf = Shelf(self.log)

    @property
    def conditions(self):
        return self.disk.conditions

    @property
    def fired(self):
        return self.disk.conditions.fired

    def open(self, *, create=False):
        return ChangeLog.open(self.disk.path, KEY, create=create, driver=self.disk.driver)

    def put(self, count=1):
        """Appends; what is refused is offered again the next time."""
        batch = self.changes[self.stored : self.stored + count]
        digests = dict(self.shelf.digests)
        try:
            self.shelf.put(*batch)
        except StorageError:
            self.shelf.digests = digests
            raise
        self.stored += count

    def crash(self, *, power):
        self.disk.crash(power=power)
        self.log = self.open()
        self.shelf.log = self.log

    def holds(self):
        """How many of the chain are there, from the first on; all of them whole."""
        assert self.log.quick_check() == []
        assert self.log.damaged_changes() == []
        logged = self.log.since(0, 100)
        assert [it.data for it in logged] == [it.data for it in self.changes[: len(logged)]]
        return len(logged)


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path / "disk")
    yield machine
    machine.conditions.calm()
    machine.log.close()


@pytest.mark.parametrize("power", [False, True])
def test_what_was_committed_outlives_a_crash(machine, power):
    machine.put(3)
    machine.put(4)
    machine.crash(power=power)
    assert machine.log.unclean
    assert machine.holds() == 7
    machine.put()
    assert machine.holds() == 8
    assert machine.fired[Fault.POWER_CUT if power else Fault.KILLED] == 1


def test_files_hold_what_the_disk_believes(machine):
    for _ in range(20):
        machine.put(2)
    image = machine.disk.snapshot()
    machine.log.close()
    emptied = machine.disk.snapshot()
    assert f"{DATABASE}-wal" in image.files
    assert f"{DATABASE}-wal" not in emptied.files
    for name, content in emptied.files.items():
        assert (machine.disk.folder / name).read_bytes() == content


def test_dead_handles_refuse_and_change_nothing(machine):
    machine.put(2)
    old, driver, path = machine.log, machine.disk.driver, machine.disk.path
    image = machine.disk.snapshot()
    machine.disk.crash(power=False)
    assert machine.disk.snapshot() == image
    with pytest.raises(StorageBroken):
        Shelf(old).put(machine.changes[2])
    with pytest.raises(StorageBroken):
        old.last_position()
    with pytest.raises(HandleDead):
        driver.connect(path, create=True, wait_seconds=0)
    old.close()
    assert machine.disk.snapshot() == image
    assert machine.disk.path != path
    assert not path.parent.exists()
    machine.log = machine.open()
    assert machine.holds() == 2


def test_the_power_goes_in_the_middle_of_a_commit(tmp_path):
    seen = set()
    for after in range(24):
        machine = Machine(tmp_path / str(after), seed=after)
        machine.put(2)
        machine.conditions.cut_power(after)
        try:
            machine.put()
        except StorageBroken:
            assert machine.conditions.dark
        acknowledged, dark = machine.stored, machine.conditions.dark
        machine.crash(power=False)  # in the dark it is a power cut all the same
        assert (machine.fired[Fault.POWER_CUT], machine.fired[Fault.KILLED]) == (dark, not dark)
        assert not machine.conditions.dark
        held = machine.holds()
        assert held >= acknowledged
        seen.add((acknowledged, held))
        machine.log.close()
    assert {(2, 2), (3, 3)} <= seen


def test_some_power_cut_tears_a_write(tmp_path):
    torn = 0
    for seed in range(12):
        machine = Machine(tmp_path / str(seed), seed)
        machine.conditions.cut_power(after=seed)
        with pytest.raises(StorageBroken):
            machine.put(5)
        machine.crash(power=True)
        torn += machine.fired[Fault.TORN_WRITE]
        assert machine.holds() in (0, 5)
        machine.log.close()
    assert torn > 0


def test_a_full_disk_refuses_reads_on_and_resumes(machine):
    machine.put(10)
    machine.conditions.full_after(10_000)
    with pytest.raises(DiskFull):
        machine.put(10)
    assert machine.fired[Fault.FULL] > 0
    assert machine.holds() == 10
    machine.conditions.freed()
    machine.put(10)
    machine.crash(power=True)
    assert machine.holds() == 20


def test_a_disk_that_became_read_only_refuses_and_resumes(machine):
    machine.put()
    machine.conditions.read_only(on=True)
    with pytest.raises(NotDurable):
        machine.put()
    assert machine.fired[Fault.READ_ONLY] > 0
    assert machine.holds() == 1
    machine.conditions.read_only(on=False)
    machine.put()
    assert machine.holds() == 2


@pytest.mark.parametrize("fault", [Fault.SYNC_FAILED, Fault.WRITE_FAILED, Fault.SHORT_WRITE])
def test_a_failed_write_or_sync_ends_the_process(machine, fault):
    machine.put(3)
    machine.conditions.arm(fault)
    with pytest.raises(StorageBroken):
        machine.put()
    assert machine.fired[fault] == 1
    with pytest.raises(StorageBroken):
        machine.put()
    machine.crash(power=True)
    assert machine.holds() == 3


@pytest.mark.parametrize("seed", range(4))
def test_a_short_write_leaves_a_part_of_it(tmp_path, seed):
    disk = SimDisk(tmp_path, Random(seed))
    file = disk.file("x")
    disk.conditions.arm(Fault.SHORT_WRITE)
    taken, refusal = disk.write(file, b"x" * 1000, 0)
    assert refusal
    assert taken == file.size < 1000
    assert disk.write(file, b"x" * 1000, 0) == (1000, 0)


def test_after_a_failed_sync_a_restart_does_not_build_on_what_will_vanish(machine):
    """The system shows what it failed to write, and no later sync writes it: a start that went on
    behind it in the write-ahead log lost everything acknowledged since with the next power cut."""
    machine.put(3)
    machine.conditions.arm(Fault.SYNC_FAILED)
    with pytest.raises(StorageBroken):
        machine.put()
    machine.crash(power=False)
    machine.stored = machine.holds()
    assert machine.stored == 4
    machine.put(2)
    machine.crash(power=True)
    assert machine.holds() == 6


def test_a_lost_sync_is_seen_when_the_power_goes(tmp_path):
    held = set()
    for seed in range(12):
        machine = Machine(tmp_path / str(seed), seed)
        machine.put(3)
        machine.conditions.arm(Fault.SYNC_LOST)
        machine.put()
        assert machine.fired[Fault.SYNC_LOST] == 1
        assert machine.holds() == 4
        machine.crash(power=True)
        held.add(machine.holds())
        machine.log.close()
    assert held == {3, 4}


def test_a_failing_read_is_not_taken_for_a_wrong_key(machine):
    machine.put(3)
    machine.conditions.arm(Fault.READ_FAILED)
    with pytest.raises(StorageBroken):
        machine.log.quick_check()
    assert machine.fired[Fault.READ_FAILED] == 1
    machine.log.close()
    refusals = []
    for after in range(8):
        machine.conditions.arm(Fault.READ_FAILED, after)
        with pytest.raises(StorageError) as refused:
            machine.open()
        refusals.append(refused.value.code)
    assert set(refusals) <= {"storage_broken", "storage_error"}


def test_a_flipped_bit_is_found(machine):
    machine.put(40)
    machine.log.close()
    machine.disk.flip_bit()
    assert machine.fired[Fault.BIT_FLIPPED] == 1
    try:
        machine.log = machine.open()
    except StorageError:
        return  # it lay where every start reads
    assert machine.log.quick_check() != []


def test_a_flipped_bit_in_the_write_ahead_log_ends_it_there(machine):
    machine.put(2)
    machine.log.close()
    machine.log = machine.open()
    machine.shelf.log = machine.log
    for _ in range(10):
        machine.put()
    machine.disk.flip_bit(f"{DATABASE}-wal")
    machine.crash(power=False)
    assert 2 <= machine.holds() < 12


def test_an_earlier_image_and_a_copy(machine, tmp_path):
    machine.put(2)
    image = machine.disk.snapshot()
    machine.put(3)
    twin = Machine(tmp_path / "twin")
    twin.disk.restore(machine.disk.snapshot())
    twin.log = twin.open()
    assert (twin.holds(), machine.holds()) == (5, 5)
    machine.disk.restore(image)
    machine.log = machine.open()
    assert (twin.holds(), machine.holds()) == (5, 2)
    assert twin.fired[Fault.RESTORED] == machine.fired[Fault.RESTORED] == 1
    twin.log.close()


def test_an_empty_image_is_a_lost_database(machine):
    machine.disk.restore(SimDisk(machine.disk.folder / "other", Random(0)).snapshot())
    with pytest.raises(DatabaseMissing):
        machine.open()


def test_production_reads_what_the_simulated_disk_wrote(machine, tmp_path):
    machine.put(7)
    machine.disk.crash(power=True)
    for name, content in machine.disk.snapshot().files.items():
        (tmp_path / name).write_bytes(content)
    machine.log = ChangeLog.open(tmp_path / DATABASE, KEY, driver=SQLCIPHER)
    assert machine.holds() == 7


def test_the_same_dice_leave_the_same(tmp_path):
    def run(folder):
        machine = Machine(folder, seed=5)
        for index in range(12):
            machine.conditions.cut_power(after=index)
            with pytest.raises(StorageBroken):
                machine.put(3)
            machine.crash(power=True)
            machine.stored = machine.holds()
        machine.log.close()
        sizes = {name: len(data) for name, data in machine.disk.snapshot().files.items()}
        return machine.stored, machine.fired, machine.conditions.operations, sizes

    assert run(tmp_path / "one") == run(tmp_path / "two")


def test_a_read_that_fails_inside_a_snapshot_is_told_as_such(machine):
    machine.put(40)
    machine.log.close()
    machine.log = machine.open()
    machine.conditions.arm(Fault.READ_FAILED)
    with pytest.raises(StorageBroken), machine.log.snapshot():
        machine.log.children(machine.changes[3].id)
    assert machine.fired[Fault.READ_FAILED] == 1


def test_a_damaged_database_is_refused_at_every_start(tmp_path):
    disk = SimDisk(tmp_path / "disk", Random(5))
    ensure_database_key(tmp_path / "key", SimDice(Random(6)))

    def start(**more):
        home = {"MALHA_HOME": str(disk.folder), "MALHA_KEY_FILE": str(tmp_path / "key")}
        return open_log(read_config(home), driver=disk.driver, **more)

    log = start(create=True)
    Shelf(log).put(*chain(60))
    log.close()
    start()
    disk.crash(power=False)
    disk.flip_bit()
    for _ in range(3):
        with pytest.raises(StorageError):
            start()
