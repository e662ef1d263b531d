import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.certificates import ADMIN, LIFE_SECONDS, decode_chain, verify_chain
from crdt_models.errors import UntrustedCertificate
from peer.identity import (
    Identity,
    Place,
    create_site,
    install,
    keys_for_joining,
    load,
    restore_admin,
)
from peer.identity.errors import (
    AlreadyMember,
    BadRecoveryCode,
    BadTerminalName,
    CertificateExpired,
    IdentityDamaged,
    KeyMissing,
    NoIdentity,
    NotAdmin,
)
from peer.identity.key_files import ensure_database_key, load_database_key, write_private
from peer.identity.membership import (
    ADMIN_LIFE_SECONDS,
    BUILD_SECONDS,
    admit,
    applicant_of,
    check_expiry,
    member_of,
    time_floor,
)
from peer.identity.recovery_code import from_recovery_code, to_recovery_code

NOW = BUILD_SECONDS + 1000


class SeededDice:
    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home", tmp_path / "keys" / "database.key")


@pytest.fixture
def other(tmp_path: Path) -> Place:
    return Place(tmp_path / "other", tmp_path / "other.key")


def founded(place: Place, seed: int = 1, **options: object):
    values = {"name": "Caixa", "letters": "A", "wall_seconds": NOW, "dice": SeededDice(seed)}
    return create_site(place, **(values | options))


def admitted(admin: Identity, place: Place, *, seed: int = 2, now: int = NOW) -> Identity:
    keys = keys_for_joining(place.home, admin.site, SeededDice(seed))
    authority = admin.issuing()
    grant = admit(authority, applicant_of(keys), letters="B", name="Bar", now_seconds=now)
    return install(place, keys, admin.root_der, grant, dice=SeededDice(3))


def test_a_site_is_founded_and_found_again(place):
    identity = founded(place).identity
    again = load(place.home)
    assert again.certificate == identity.certificate
    assert (again.letters, again.name, again.certificate.role) == ("A", "Caixa", ADMIN)
    assert verify_chain(decode_chain(again.encoded_chain), again.site) == again.certificate
    assert again.issuing().chain == again.chain
    signature = again.signing_key.sign(b"fact")
    again.signing_key.public_key().verify(signature, b"fact")


def test_every_secret_is_the_owners_only_and_the_root_key_is_nowhere(place):
    created = founded(place)
    root_key = from_recovery_code(created.recovery_code)
    files = [path for path in place.home.parent.rglob("*") if path.is_file()]
    assert len(files) == 5
    for path in files:
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == 0o600, path
        assert root_key not in path.read_bytes()
        assert root_key.hex().encode() not in path.read_bytes()
    if os.name == "posix":
        assert (place.home / "identity").stat().st_mode & 0o777 == 0o700


def test_keys_have_one_purpose_each(place):
    keys = load(founded(place).identity.home).keys
    assert applicant_of(keys).signing_key != applicant_of(keys).link_key


def test_a_second_founding_is_refused(place):
    before = founded(place).identity
    with pytest.raises(AlreadyMember):
        founded(place, seed=9)
    assert load(place.home).device == before.device


def test_an_empty_home_says_what_to_do(place):
    with pytest.raises(NoIdentity) as missing:
        load(place.home)
    assert "malha site create" in missing.value.cure


@pytest.mark.parametrize(
    ("letters", "name"),
    [("", "x"), ("a", "x"), ("ABCD", "x"), ("A", ""), ("A", "x" * 81), ("A", "\n")],
)
def test_names_are_checked_before_anything_is_written(place, letters, name):
    with pytest.raises(BadTerminalName):
        founded(place, letters=letters, name=name)
    assert not place.home.exists()
    assert not place.key_file.exists()


def test_an_admin_admits_and_a_terminal_does_not(place, other):
    admin = founded(place).identity
    terminal = admitted(admin, other)
    assert (terminal.site, terminal.letters) == (admin.site, "B")
    assert terminal.certificate.not_after - terminal.certificate.not_before == LIFE_SECONDS
    assert terminal.certificate.issuer == admin.certificate.signing_key
    with pytest.raises(NotAdmin):
        terminal.issuing()


def test_renewal_keeps_the_device_and_replaces_the_certificate(place, other):
    admin = founded(place).identity
    old = admitted(admin, other)
    later = NOW + 11 * 24 * 3600
    assert not old.wants_renewal(NOW)
    assert old.wants_renewal(later)
    new = admitted(admin, other, now=later)
    assert new.device == old.device
    assert new.certificate.not_before == later
    assert not new.wants_renewal(later)


def test_a_grant_for_other_keys_is_not_installed(place, other):
    admin = founded(place).identity
    mine = keys_for_joining(other.home, admin.site, SeededDice(4))
    theirs = keys_for_joining(other.home, admin.site, SeededDice(5))
    grant = admit(admin.issuing(), applicant_of(theirs), letters="B", name="x", now_seconds=NOW)
    with pytest.raises(UntrustedCertificate):
        install(other, mine, admin.root_der, grant, dice=SeededDice(6))
    assert not other.home.exists()


def test_a_grant_under_another_root_is_not_installed(place, other, tmp_path):
    admin = founded(place).identity
    stranger = founded(Place(tmp_path / "s", tmp_path / "s.key"), seed=7).identity
    keys = keys_for_joining(other.home, admin.site, SeededDice(4))
    grant = admit(stranger.issuing(), applicant_of(keys), letters="B", name="x", now_seconds=NOW)
    with pytest.raises(UntrustedCertificate):
        install(other, keys, admin.root_der, grant, dice=SeededDice(6))


# Damage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["device.pem", "link.pem", "root.pem", "authority.pem"])
@pytest.mark.parametrize("how", ["gone", "empty", "truncated", "another's"])
def test_a_damaged_file_is_a_typed_error(place, other, name, how):
    founded(place)
    founded(other, seed=8)
    path = place.home / "identity" / name
    data = path.read_bytes()
    path.unlink()
    if how == "another's":
        shutil.copy(other.home / "identity" / name, path)
    elif how != "gone":
        path.write_bytes(data[: len(data) // 2] if how == "truncated" else b"")
    with pytest.raises(IdentityDamaged):
        load(place.home)


def test_a_crash_while_founding_leaves_nothing_in_use(place):
    leftover = place.home / "identity.new"
    leftover.mkdir(parents=True)
    (leftover / "device.pem").write_bytes(b"half")
    with pytest.raises(NoIdentity):
        load(place.home)
    assert founded(place).identity.letters == "A"
    assert not leftover.exists()


def test_writing_replaces_or_leaves(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    write_private(path, b"old")

    def torn(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", torn)
    with pytest.raises(OSError, match="disk full"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    write_private(path, b"new")
    assert path.read_bytes() == b"new"


# The database key --------------------------------------------------------------------------------


def test_the_database_key_is_made_once(place):
    founded(place)
    key = load_database_key(place.key_file)
    assert len(key) == 32
    ensure_database_key(place.key_file, SeededDice(99))
    assert load_database_key(place.key_file) == key


@pytest.mark.parametrize("data", [None, b"", b"zz", b"00" * 31, b"\xff\xfe"])
def test_a_missing_or_damaged_database_key_is_never_replaced(tmp_path, data):
    path = tmp_path / "database.key"
    if data is not None:
        path.write_bytes(data)
        with pytest.raises(KeyMissing):
            ensure_database_key(path, SeededDice())
        assert path.read_bytes() == data
    with pytest.raises(KeyMissing) as missing:
        load_database_key(path)
    assert "MALHA_KEY_FILE" in missing.value.cure


# Time --------------------------------------------------------------------------------------------


def test_a_founding_by_a_dead_clock_is_dated_by_the_build(place):
    assert founded(place, wall_seconds=0).identity.certificate.not_before == BUILD_SECONDS


def test_the_floor_is_the_greatest(place):
    assert time_floor(0) == BUILD_SECONDS
    assert time_floor(NOW) == NOW
    assert time_floor(NOW, NOW + 5) == NOW + 5


@pytest.mark.parametrize(("days", "good"), [(-9999, True), (0, True), (400, True), (401, False)])
def test_only_expiry_is_judged(place, other, days, good):
    terminal = admitted(founded(place).identity, other)
    floor = NOW + days * 24 * 3600
    if good:
        assert member_of(terminal.leaf_der, terminal.site, floor) == terminal.certificate
        return
    with pytest.raises(CertificateExpired) as expired:
        member_of(terminal.leaf_der, terminal.site, floor)
    assert expired.value.details == {"letters": "B", "name": "Bar", "days": 1}


def test_an_expired_admin_ends_the_chains_below_it(place, other):
    admin = founded(place).identity
    late = NOW + ADMIN_LIFE_SECONDS - 1
    terminal = admitted(admin, other, now=late)
    check_expiry(terminal.chain, late)
    with pytest.raises(CertificateExpired):
        check_expiry(terminal.chain, late + 2)


@given(st.binary(max_size=400))
@settings(max_examples=100)
def test_what_is_no_certificate_is_refused_with_a_type(data):
    with pytest.raises(UntrustedCertificate):
        member_of(data, b"s" * 16, NOW)


def test_flipped_bytes_of_a_leaf_never_pass_as_another_member(place):
    identity = founded(place).identity
    leaf = bytearray(identity.leaf_der)
    for at in range(0, len(leaf), 3):
        leaf[at] ^= 1
        try:
            seen = member_of(bytes(leaf), identity.site, NOW)
        except UntrustedCertificate:
            pass
        else:  # a byte of X.509 that TLS itself checks: who it is has not changed
            assert seen == identity.certificate
        leaf[at] ^= 1


# The recovery code -------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=100)
def test_the_recovery_code_reads_back(key):
    code = to_recovery_code(key)
    assert len(code.split("-")) == 14
    assert from_recovery_code(code) == key
    assert from_recovery_code(code.lower().replace("-", " ").replace("0", "o")) == key


@given(st.binary(min_size=32, max_size=32), st.integers(0, 55), st.integers(1, 31))
@settings(max_examples=100)
def test_a_wrong_character_is_noticed(key, at, by):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    plain = to_recovery_code(key).replace("-", "")
    wrong = alphabet[(alphabet.index(plain[at]) + by) % 32]
    with pytest.raises(BadRecoveryCode):
        from_recovery_code(plain[:at] + wrong + plain[at + 1 :])


@pytest.mark.parametrize("text", ["", "ABCD", "U" * 56, "É" * 56, "0" * 55])
def test_what_is_no_recovery_code_is_typed(text):
    with pytest.raises(BadRecoveryCode):
        from_recovery_code(text)


def test_the_recovery_code_makes_an_admin_of_the_same_site(place, other):
    created = founded(place)
    restored = restore_admin(
        other, created.recovery_code, name="Novo", letters="B", wall_seconds=NOW, dice=SeededDice(5)
    )
    assert restored.site == created.identity.site
    assert restored.device != created.identity.device
    assert restored.certificate.role == ADMIN
    assert restored.issuing()
