import hashlib
import itertools
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crdt_models import certificates
from crdt_models.certificates import (
    ADMIN,
    TERMINAL,
    AuthorOpened,
    Certificate,
    Chain,
    Role,
    encode_chain,
    issue,
    standing,
)
from crdt_models.documents.command import InvalidField
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.trust import (
    AdmitMember,
    MemberAdmitted,
    TrustView,
    admission_id,
    members_of,
)
from crdt_models.ids import TERMINALS, TRUST, SiteId, device_id, site_id
from tests.crdt_models.documents.shop import Till


def key_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public(name: str) -> bytes:
    return key_of(name).public_key().public_bytes_raw()


def certificate(
    holder: str,
    letters: str,
    *,
    site: str = "root",
    by: str = "admin",
    role: Role = TERMINAL,
    at: int = 10,
) -> Certificate:
    unsigned = Certificate(
        site=site_id(public(site)), role=role, device=device_id(public(holder)),
        signing_key=public(holder), tls_key=bytes(32), letters=letters, name=f"Caixa {letters}",
        not_before=at, not_after=at + 1, issuer=public(by),
    )  # fmt: skip
    return issue(unsigned, key_of(by))


def chain(holder: str, letters: str, *, site: str = "root", at: int = 10) -> bytes:
    """Encoded: root, admin, holder."""
    top = certificate("admin", "A", site=site, by=site, role=ADMIN)
    leaf = certificate(holder, letters, site=site, at=at)
    return encode_chain(Chain(public(site), (top, leaf)))


ADMINS_CHAIN = encode_chain(
    Chain(public("root"), (certificate("admin", "A", by="root", role=ADMIN),))
)


def till(name: str) -> Till:
    """The terminal that holds the key of that name."""
    made = Till(name)
    made.site = site_id(public("root"))
    made.device = device_id(public(name))
    return made


def opened(by: Till, *chains: bytes, program: str = "", tags: Sequence[str] = ()) -> None:
    for each in chains:
        by.write([(TERMINALS, AuthorOpened(chain=each, program=program, tags=tuple(tags)))])


def terminals_of(till: Till) -> TerminalsView:
    view = till.read(TERMINALS)
    assert isinstance(view, TerminalsView)
    return view


def trust_of(till: Till) -> TrustView:
    view = till.read(TRUST)
    assert isinstance(view, TrustView)
    return view


def test_the_newest_opening_of_a_device_tells_its_program() -> None:
    one = till("one")
    opened(one, chain("one", "B"), program="0.1", tags=["x"])
    opened(one, chain("one", "B"), program="0.2", tags=["x", "y"])
    terminal = terminals_of(one).terminals[one.device]
    assert (terminal.letters, terminal.name, terminal.program) == ("B", "Caixa B", "0.2")
    assert terminal.epochs == 2
    assert terminals_of(one).all_understand("y")


def test_letters_used_twice_are_seen_and_old_programs_hold_a_tag_back() -> None:
    one, other = till("one"), till("other")
    opened(one, chain("one", "B"), tags=["x", "y"])
    opened(other, chain("other", "B"), tags=["x"])
    one.sync(other)
    view = terminals_of(one)
    assert view.devices_by_letters == {"B": tuple(sorted([one.device, other.device]))}
    assert view.all_understand("x")
    assert not view.all_understand("y")


def forged(letters: str) -> bytes:
    """The device's own certificate with other letters, under the signature of the true one."""
    top, leaf = certificates.decode_chain(chain("one", "B")).certificates
    other = certificate("one", letters, by="one", at=99)
    unproved = Certificate(**{
        **{name: getattr(other, name) for name in other.__struct_fields__},
        "issuer": leaf.issuer,
        "signature": leaf.signature,
    })  # fmt: skip
    return encode_chain(Chain(public("root"), (top, unproved)))


SELF_MADE = {
    "a forged signature": forged("Z"),
    "a root of its own": chain("one", "Z", site="its own root", at=99),
    "issued by a terminal": encode_chain(
        Chain(public("root"), (certificate("one", "B"), certificate("one", "Z", by="one", at=99)))
    ),
    "another's": chain("other", "Z", at=99),
    "nonsense": b"nonsense",
}


@pytest.mark.parametrize("shown", SELF_MADE.values(), ids=SELF_MADE.keys())
def test_a_device_cannot_say_who_it_is(shown: bytes) -> None:
    """Its epoch is open; what it claims later is stored like any change, and means nothing."""
    one = till("one")
    opened(one, chain("one", "B"), shown)
    terminal = terminals_of(one).terminals[one.device]
    assert (terminal.letters, terminal.role, terminal.epochs) == ("B", TERMINAL, 1)
    assert list(terminals_of(one).terminals) == [one.device]
    assert terminals_of(one).fact_count == 2


def test_of_several_certificates_the_latest_counts_whatever_came_last() -> None:
    renewed, old = chain("one", "B", at=20), chain("one", "C", at=10)
    for order in itertools.permutations([renewed, old, old]):
        one = till("one")
        opened(one, *order)
        assert terminals_of(one).terminals[one.device].letters == "B"


def test_certificates_of_one_second_are_told_apart_by_their_bytes() -> None:
    tied = [certificate("one", letters) for letters in ("B", "C", "D")]
    chosen = {standing(order).letters for order in itertools.permutations(tied)}
    assert len(chosen) == 1
    with pytest.raises(ValueError, match="empty"):
        standing([])


def test_an_opening_repeated_by_another_device_is_still_the_first_ones() -> None:
    """Under its command id and an earlier clock, so that as one fact it would be the thief's."""
    one, thief = till("one"), till("thief")
    opening = AuthorOpened(chain=chain("one", "B"))
    change = one.write([(TERMINALS, opening)])
    thief.clock_ms -= 60_000
    thief.write([(TERMINALS, opening)], change.command_id)
    one.sync(thief)
    for each in (one, thief):
        assert terminals_of(each).terminals[one.device].letters == "B"


def test_each_chain_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[bytes] = []
    real = certificates.verify_chain

    def counting(given: Chain, site: SiteId) -> Certificate:
        judged.append(encode_chain(given))
        return real(given, site)

    monkeypatch.setattr(certificates, "verify_chain", counting)
    one = till("one")
    for _ in range(5):
        opened(one, chain("one", "B"), chain("one", "Z", site="its own root"))
        view = one.views[TERMINALS] = terminals_of(one).copy()
        assert view.terminals[one.device].letters == "B"
    assert len(judged) == 2


def test_admissions_are_listed_with_who_admitted() -> None:
    admin = till("admin")
    admin.give(AdmitMember(chain=ADMINS_CHAIN))
    admin.give(AdmitMember(chain=chain("one", "B")))
    view = trust_of(admin)
    assert view.admins == (admin.device,)
    newcomer = view.members[device_id(public("one"))]
    assert (newcomer.letters, newcomer.issued_by) == ("B", admin.device)
    assert view.members[admin.device].issued_by is None


def test_an_admission_is_written_once() -> None:
    admin, other = till("admin"), till("other admin")
    told = chain("one", "B")
    key = admission_id(admin.site, told).hex()
    for each in (admin, other):
        each.give(AdmitMember(chain=told), key)
        each.give(AdmitMember(chain=told))
        assert trust_of(each).fact_count == 1
    admin.sync(other)
    assert len(trust_of(admin).all(MemberAdmitted)) == 1
    assert admission_id(admin.site, told) != admission_id(admin.site, chain("one", "C"))


@pytest.mark.parametrize("shown", [SELF_MADE[n] for n in [*list(SELF_MADE)[:3], "nonsense"]])
def test_what_proves_nothing_is_neither_announced_nor_listed(shown: bytes) -> None:
    one = till("one")
    with pytest.raises(InvalidField):
        one.give(AdmitMember(chain=shown))
    one.write([(TRUST, MemberAdmitted(chain=shown))])
    assert trust_of(one).fact_count == 1
    assert trust_of(one).members == {}


def test_the_roster_is_who_was_announced_and_who_wrote() -> None:
    admin, one = till("admin"), till("one")
    opened(admin, ADMINS_CHAIN)
    opened(one, chain("one", "C", at=20))
    admin.give(AdmitMember(chain=chain("one", "B", at=10)))
    admin.give(AdmitMember(chain=chain("never seen", "D")))
    admin.sync(one)
    roster = members_of(terminals_of(admin), trust_of(admin))
    assert {each.letters for each in roster.values()} == {"A", "C", "D"}
    assert list(roster) == sorted(roster)
    assert roster[one.device].not_before == 20
