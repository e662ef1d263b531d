import itertools
import os

import pytest

from peer.identity import Identity
from peer.identity.admissions import Admissions, free_letters, letters_in_order
from peer.identity.errors import BadTerminalName, LettersInUse

NOW = 1_800_000_000
LASTS = 300


def promised(
    register: Admissions, letters: str | None = None, *, now: int = NOW, **used: str
) -> str:
    return register.promise(letters, used, now_seconds=now, lasts_seconds=LASTS)


@pytest.fixture
def register(shop) -> Admissions:
    return Admissions(shop.admin.home)


def test_letters_follow_one_another():
    order = list(letters_in_order())
    assert order[:3] == ["A", "B", "C"]
    assert order[25:28] == ["Z", "AA", "AB"]
    assert order[-1] == "ZZZ"
    assert len(order) == len(set(order)) == 26 + 26**2 + 26**3
    assert free_letters({"A", "C"}) == ["B", "D", "E", "F", "G"]


def test_the_first_free_letters_are_given_and_none_twice(register):
    assert [promised(register, A="Caixa") for _ in range(3)] == ["B", "C", "D"]
    with pytest.raises(LettersInUse) as refused:
        promised(register, "C", A="Caixa")
    assert refused.value.details == {
        "letters": "C", "holder": "um convite em aberto", "free": "E, F, G, H, I",
    }  # fmt: skip
    with pytest.raises(BadTerminalName):
        promised(register, "b")


def test_a_promise_ends_with_its_invitation_or_when_it_is_released(register):
    promised(register, "B")
    assert promised(register, "B", now=NOW + LASTS) == "B"
    register.release("B")
    assert promised(register, "B") == "B"
    register.release("nothing")


def test_a_promise_of_a_clock_that_ran_ahead_does_not_bind_for_years(register):
    promised(register, "B", now=NOW + 10**9)
    assert promised(register, "B") == "B"


def test_a_certificate_binds_for_ever_and_no_release_undoes_it(shop, register):
    member: Identity = shop.terminal("B")
    promised(register, "B")
    register.admitted(member.encoded_chain)
    register.release("B")
    reopened = Admissions(shop.admin.home)
    assert reopened.chains() == [member.encoded_chain]
    assert [(each.device, each.letters) for each in reopened.holders()] == [(member.device, "B")]
    with pytest.raises(LettersInUse, match="Caixa B"):
        promised(reopened, "B", now=NOW + 10**9)
    assert promised(reopened, A="") == "C"


def test_letters_never_go_to_a_second_device_but_a_renewal_replaces(shop, new_shop, register):
    old = shop.terminal("B", now=1)
    register.admitted(old.encoded_chain)
    renewed = shop.terminal("B", now=2)
    assert renewed.encoded_chain != old.encoded_chain
    register.admitted(renewed.encoded_chain)
    with pytest.raises(LettersInUse):
        register.admitted(new_shop("other").terminal("B").encoded_chain)
    assert register.chains() == [renewed.encoded_chain]


@pytest.mark.parametrize("left", [b"junk", b"\x83\x01\x00", b"\x80"])
def test_a_record_that_cannot_be_read_binds_its_letters(shop, register, left):
    promised(register, "B")
    (shop.admin.home / "admissions" / "letters-B").write_bytes(left)
    assert register.chains() == []
    with pytest.raises(LettersInUse, match="ilegível"):
        promised(register, "B")


def test_an_empty_record_is_a_crash_before_anything_was_promised(shop, register):
    promised(register, "B")
    (shop.admin.home / "admissions" / "letters-B").write_bytes(b"")
    assert promised(register, "B") == "B"


def test_the_register_is_its_owners_and_every_name_is_a_file_name(shop, register):
    for letters in ("CON", "NUL"):
        promised(register, letters)
    folder = shop.admin.home / "admissions"
    assert sorted(each.name for each in folder.iterdir()) == ["letters-CON", "letters-NUL"]
    if os.name == "posix":
        modes = [each.stat().st_mode for each in itertools.chain([folder], folder.iterdir())]
        assert not any(mode & 0o077 for mode in modes)
