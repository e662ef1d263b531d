import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crdt_models.certificates import (
    ADMIN,
    TERMINAL,
    AuthorOpened,
    Certificate,
    Chain,
    Role,
    encode_chain,
)
from crdt_models.documents.command import InvalidField
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.trust import AdmitMember, TrustView
from crdt_models.ids import TERMINALS, TRUST, device_id
from tests.crdt_models.documents.shop import SITE, Till


def chain_for(till: Till, letters: str, role: Role = TERMINAL) -> bytes:
    """A chain as a view reads it; its signatures were judged elsewhere."""
    key = Ed25519PrivateKey.from_private_bytes(till.device).public_key().public_bytes_raw()
    till.device = device_id(key)
    leaf = Certificate(
        site=SITE, role=role, device=till.device, signing_key=key, tls_key=bytes(32),
        letters=letters, name=f"Caixa {letters}", not_before=0, not_after=1, issuer=bytes(32),
        signature=bytes(64),
    )  # fmt: skip
    return encode_chain(Chain(bytes(32), (leaf,)))


def terminals_of(till: Till) -> TerminalsView:
    view = till.read(TERMINALS)
    assert isinstance(view, TerminalsView)
    return view


def test_the_newest_opening_of_a_device_answers() -> None:
    till = Till()
    chain = chain_for(till, "A")
    till.write([(TERMINALS, AuthorOpened(chain=chain, program="0.1", tags=("x",)))])
    till.write([(TERMINALS, AuthorOpened(chain=chain, program="0.2", tags=("x", "y")))])
    terminal = terminals_of(till).terminals[till.device]
    assert (terminal.letters, terminal.name, terminal.program) == ("A", "Caixa A", "0.2")
    assert terminal.epochs == 2
    assert terminals_of(till).all_understand("y")


def test_letters_used_twice_are_seen_and_old_programs_hold_a_tag_back() -> None:
    one, other = Till("A"), Till("B")
    one.write([(TERMINALS, AuthorOpened(chain=chain_for(one, "A"), tags=("x", "y")))])
    other.write([(TERMINALS, AuthorOpened(chain=chain_for(other, "A"), tags=("x",)))])
    one.sync(other)
    view = terminals_of(one)
    assert view.devices_by_letters == {"A": tuple(sorted([one.device, other.device]))}
    assert view.all_understand("x")
    assert not view.all_understand("y")


def test_an_opening_that_speaks_of_another_device_or_of_nothing_is_not_listed() -> None:
    one, other = Till("A"), Till("B")
    other.write([(TERMINALS, AuthorOpened(chain=chain_for(one, "A")))])
    other.write([(TERMINALS, AuthorOpened(chain=b"nonsense"))])
    assert terminals_of(other).terminals == {}
    assert terminals_of(other).fact_count == 2


def test_admissions_are_listed_with_who_admitted() -> None:
    admin, newcomer = Till("A"), Till("B")
    admin.give(AdmitMember(chain=chain_for(admin, "A", ADMIN)))
    admin.give(AdmitMember(chain=chain_for(newcomer, "B")))
    view = admin.read(TRUST)
    assert isinstance(view, TrustView)
    assert view.admins == (admin.device,)
    assert view.members[newcomer.device].admitted_by == admin.device
    with pytest.raises(InvalidField):
        admin.give(AdmitMember(chain=b"nonsense"))
