import base64

import pytest
import trio

from crdt_models.canonical_cbor import encode
from crdt_models.certificates import ADMIN, TERMINAL
from crdt_models.errors import MalhaError, UntrustedCertificate
from crdt_models.ids import DeviceId
from peer.environment import LinkClosed, RealEnvironment
from peer.identity import Identity, Place, load
from peer.identity.admissions import Admissions, Holder
from peer.identity.errors import AlreadyMember, LettersInUse, NotAdmin
from peer.identity.key_files import load_database_key
from peer.identity.membership import time_floor
from peer.links import pairing
from peer.links.address_book import split_address
from peer.links.invitation import BadInvitation, Invitation, from_text, to_text
from peer.links.pairing import (
    Admitted,
    InvitationBurnt,
    InvitationExpired,
    InvitationRefused,
    InviterUnreachable,
    invite,
    join,
)
from peer.links.tls_websocket import TlsWebSocketNetwork


class Inviting:
    """An invitation that stands, and what became of it."""

    def __init__(self) -> None:
        self.text = ""
        self.letters = ""
        self.shown = trio.Event()
        self.over = trio.Event()
        self.admitted: Admitted | None = None
        self.failure: MalhaError | None = None

    def show(self, text: str, letters: str) -> None:
        self.text, self.letters = text, letters
        self.shown.set()

    async def run(self, identity: Identity, **options: object) -> None:
        values = {"host": "127.0.0.1", "port": 0, "name": "", "letters": None, **options}
        try:
            self.admitted = await invite(
                identity, environment=RealEnvironment(), show=self.show, **values
            )
        except MalhaError as error:
            self.failure = error
        finally:
            self.over.set()


async def standing(nursery: trio.Nursery, identity: Identity, **options: object) -> Inviting:
    inviting = Inviting()
    nursery.start_soon(lambda: inviting.run(identity, **options))
    with trio.fail_after(10):
        await inviting.shown.wait()
    return inviting


def changed(text: str, **fields: object) -> str:
    old = from_text(text)
    values = {name: getattr(old, name) for name in old.__struct_fields__} | fields
    return to_text(Invitation(**values))


async def test_a_new_terminal_joins_and_links(shop, environment):
    place = shop.place("new")
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin, link_addresses=["127.0.0.1:3002", "junk"])
        joined = await join(inviting.text, place, "Balcão", environment=environment)
        with trio.fail_after(10):
            await inviting.over.wait()
    new = joined.identity
    assert inviting.admitted == Admitted(new.chain, confirmed=True)
    assert (new.site, new.letters, new.name) == (shop.admin.site, "B", "Balcão")
    assert new.certificate.role == TERMINAL
    assert joined.addresses == ("127.0.0.1:3002",)
    assert load(place.home).certificate == new.certificate
    assert len(load_database_key(place.key_file)) == 32
    await assert_they_link(shop.admin, new)


async def assert_they_link(one: Identity, other: Identity) -> None:
    def network(nursery: trio.Nursery, identity: Identity) -> TlsWebSocketNetwork:
        floor = int(RealEnvironment().wall_ms() // 1000)
        return TlsWebSocketNetwork(
            identity, nursery=nursery, boot=identity.device, floor=lambda: time_floor(floor)
        )

    async def greet(link) -> None:
        await link.send(link.peer.letters.encode())

    async with trio.open_nursery() as nursery:
        [address] = await nursery.start(network(nursery, one).listen, "127.0.0.1", 0, greet)
        link = await network(nursery, other).dial(address)
        assert await link.receive() == other.letters.encode()
        with pytest.raises(LinkClosed):
            await link.receive()
        nursery.cancel_scope.cancel()


async def test_the_inviter_may_name_the_terminal(shop, environment):
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin, name="Caixa 2", letters="C")
        joined = await join(inviting.text, shop.place("new"), "mine", environment=environment)
    assert (joined.identity.letters, joined.identity.name) == ("C", "Caixa 2")


async def test_a_terminal_that_nobody_names_is_called_by_its_letters(shop, environment):
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        joined = await join(inviting.text, shop.place("new"), "", environment=environment)
    assert (joined.identity.letters, joined.identity.name) == ("B", "Terminal B")


async def test_a_wrong_secret_burns_the_invitation(shop, environment):
    place = shop.place("new")
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        wrong = changed(inviting.text, secret=bytes(32))
        with pytest.raises((InvitationRefused, InviterUnreachable)):
            await join(wrong, place, "x", environment=environment)
        with trio.fail_after(10):
            await inviting.over.wait()
        assert isinstance(inviting.failure, InvitationBurnt)
        with pytest.raises(InviterUnreachable) as gone:
            await join(inviting.text, place, "x", environment=environment)
        assert "new one" in gone.value.cure
    assert not place.home.exists()


async def test_an_invitation_is_good_once(shop, environment):
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        await join(inviting.text, shop.place("new"), "x", environment=environment)
        with trio.fail_after(10):
            await inviting.over.wait()
        with pytest.raises(InviterUnreachable):
            await join(inviting.text, shop.place("second"), "y", environment=environment)
    assert not shop.place("second").home.exists()


async def test_two_at_once_admit_one(shop, environment):
    ends: list[object] = []

    async def try_join(letters: str, text: str) -> None:
        try:
            ends.append(await join(text, shop.place(letters), "x", environment=environment))
        except (InvitationRefused, InviterUnreachable) as error:
            ends.append(error)

    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        async with trio.open_nursery() as both:
            both.start_soon(try_join, "one", inviting.text)
            both.start_soon(try_join, "two", inviting.text)
    assert sum(isinstance(end, MalhaError) for end in ends) == 1
    assert inviting.admitted is not None


async def test_an_invitation_expires(shop, environment):
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin, lasts_seconds=0.05)
        with trio.fail_after(10):
            await inviting.over.wait()
        with pytest.raises(InviterUnreachable):
            await join(inviting.text, shop.place("new"), "x", environment=environment)
    assert isinstance(inviting.failure, InvitationExpired)


async def test_noise_neither_burns_nor_uses_it(shop, environment):
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        [address] = from_text(inviting.text).addresses
        for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", bytes(1000)):
            stream = await trio.open_tcp_stream(*split_address(address))
            await stream.send_all(noise) if noise else None
            await stream.aclose()
        joined = await join(inviting.text, shop.place("new"), "x", environment=environment)
    assert joined.identity.letters == "B"


async def test_another_sites_invitation_is_refused(shop, new_shop, environment):
    """The root and site of one shop, the address of the other's inviter."""
    other = new_shop("other")
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, other.admin)
        mixed = changed(inviting.text, site=shop.admin.site, root_der=shop.admin.root_der)
        with pytest.raises(InviterUnreachable):
            await join(mixed, shop.place("new"), "x", environment=environment)
        assert not inviting.over.is_set()
        nursery.cancel_scope.cancel()


async def test_a_terminal_that_is_no_admin_cannot_pose_as_the_inviter(shop, environment):
    """A member of the site waits at the invitation's address, with its genuine certificate."""
    poser = shop.terminal("P")
    heard: list[bytes] = []
    context = poser.invitation_context()

    async def serve(transport: trio.SocketStream) -> None:
        stream = trio.SSLStream(transport, context, server_side=True, https_compatible=True)
        try:
            heard.append(bytes(await stream.receive_some()))
        except trio.BrokenResourceError:
            heard.append(b"")
        finally:
            await trio.aclose_forcefully(stream)

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, serve, 0)
        address = f"127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        text = to_text(Invitation(shop.admin.site, shop.admin.root_der, (address,), b"s" * 32))
        with pytest.raises(UntrustedCertificate):
            await join(text, shop.place("new"), "x", environment=environment)
        nursery.cancel_scope.cancel()
    assert b"".join(heard) == b""


async def test_an_inviter_that_does_not_know_the_secret_is_not_believed(
    shop, monkeypatch, environment
):
    """An admin's terminal answers; it lets anybody in, and cannot prove the invitation's secret."""
    place = shop.place("new")
    real = pairing.applicant_proof
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        wrong = changed(inviting.text, secret=b"w" * 32)
        monkeypatch.setattr(pairing, "applicant_proof", lambda _, proved: real(b"k" * 32, proved))
        with pytest.raises(UntrustedCertificate, match="secret"):
            await join(wrong, place, "x", environment=environment)
    assert not place.home.exists()


async def test_keys_that_the_applicant_does_not_hold_are_not_certified(
    shop, monkeypatch, environment
):
    stolen = shop.terminal("S").keys
    real = pairing.applicant_of
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        monkeypatch.setattr(pairing, "applicant_of", lambda keys: real(stolen))
        with pytest.raises(InviterUnreachable):
            await join(inviting.text, shop.place("new"), "x", environment=environment)
        monkeypatch.undo()
        assert not inviting.over.is_set()
        await join(inviting.text, shop.place("new"), "x", environment=environment)
    assert inviting.admitted is not None


async def test_joining_again_renews_with_the_same_keys(shop, environment):
    old = shop.terminal("B", now=1)
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        joined = await join(inviting.text, shop.place("B"), "x", environment=environment)
    new = joined.identity
    assert new.device == old.device
    assert new.certificate.not_after > old.certificate.not_after


async def joined_again(shop, environment, old: Identity, name: str = "", **options) -> Identity:
    """The terminal `old` joins once more."""
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin, **options)
        place = Place(old.home, shop.place("B").key_file)
        joined = await join(inviting.text, place, name, environment=environment)
        with trio.fail_after(10):
            await inviting.over.wait()
    assert joined.identity.device == old.device
    return joined.identity


async def test_a_member_that_joins_again_keeps_what_it_is_called(shop, environment):
    """Known from the roster: another admin let it in."""
    old = shop.terminal("B", now=1)
    roster = [Holder(old.device, "B", old.name)]
    new = await joined_again(shop, environment, old, roster=roster, letters="D")
    assert (new.letters, new.name) == ("B", old.name)
    assert Admissions(shop.admin.home).chains() == [new.encoded_chain]
    named = await joined_again(shop, environment, old, roster=roster, name="Salão")
    assert (named.letters, named.name) == ("B", "Salão")


async def test_a_member_is_known_from_what_its_admin_issued(shop, environment):
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        old = (await join(inviting.text, shop.place("B"), "x", environment=environment)).identity
    assert old.letters == inviting.letters == "B"
    new = await joined_again(shop, environment, old)
    assert (new.letters, new.name) == ("B", "x")


async def test_letters_in_use_are_refused_before_anybody_is_invited(shop):
    roster = [Holder(DeviceId(b"b" * 32), "B", "Bar"), Holder(DeviceId(b"d" * 32), "D", "Doca")]
    for letters, holder in {"A": "Caixa A", "B": "Bar"}.items():
        inviting = Inviting()
        await inviting.run(shop.admin, letters=letters, roster=roster)
        assert inviting.text == ""
        assert isinstance(inviting.failure, LettersInUse)
        assert inviting.failure.details == {
            "letters": letters, "holder": holder, "free": "C, E, F, G, H",
        }  # fmt: skip


async def test_without_letters_the_first_free_ones_are_given(shop, environment):
    roster = [Holder(DeviceId(bytes([n]) * 32), chr(n), "") for n in range(ord("B"), ord("Y"))]
    given = []
    for number in range(3):
        async with trio.open_nursery() as nursery:
            inviting = await standing(nursery, shop.admin, roster=roster)
            place = shop.place(f"new {number}")
            joined = await join(inviting.text, place, "x", environment=environment)
        given.append(joined.identity.letters)
    assert given == ["Y", "Z", "AA"]


async def test_two_invitations_at_once_have_letters_of_their_own(shop, environment):
    async with trio.open_nursery() as nursery:
        one = await standing(nursery, shop.admin)
        other = await standing(nursery, shop.admin)
        assert (one.letters, other.letters) == ("B", "C")
        same = Inviting()
        await same.run(shop.admin, letters="C")
        assert isinstance(same.failure, LettersInUse)
        nursery.cancel_scope.cancel()
    async with trio.open_nursery() as nursery:
        again = await standing(nursery, shop.admin)
        assert again.letters == "B", "nobody came, so they are free again"
        nursery.cancel_scope.cancel()


async def test_what_was_issued_counts_though_nobody_confirmed(shop, environment, monkeypatch):
    """The new terminal dies with its certificate half way to its disk."""

    def dies(*_: object, **__: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(pairing, "install", dies)
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        with pytest.raises(OSError, match="no space"):
            await join(inviting.text, shop.place("new"), "x", environment=environment)
        with trio.fail_after(10):
            await inviting.over.wait()
    assert inviting.admitted is not None
    assert not inviting.admitted.confirmed
    async with trio.open_nursery() as nursery:
        assert (await standing(nursery, shop.admin)).letters == "C"
        nursery.cancel_scope.cancel()


async def test_a_home_of_another_site_is_not_overwritten(shop, new_shop, environment):
    other = new_shop("other")
    before = other.terminal("B")
    async with trio.open_nursery() as nursery:
        inviting = await standing(nursery, shop.admin)
        with pytest.raises(AlreadyMember):
            await join(inviting.text, other.place("B"), "x", environment=environment)
        nursery.cancel_scope.cancel()
    assert load(other.place("B").home).certificate == before.certificate


async def test_only_an_admin_invites(shop):
    async with trio.open_nursery() as nursery:
        inviting = Inviting()
        await inviting.run(shop.terminal("B"))
        assert isinstance(inviting.failure, NotAdmin)
        nursery.cancel_scope.cancel()
    assert shop.admin.certificate.role == ADMIN


async def test_letters_that_are_no_letters_are_refused_with_a_type(shop):
    inviting = Inviting()
    await inviting.run(shop.admin, letters="b2")
    assert inviting.text == ""
    assert inviting.failure is not None
    assert inviting.failure.code == "bad_terminal_name"


def damaged(text: str) -> list[str]:
    invitation = from_text(text)
    return [
        "",
        "?",
        text[:-4],
        text[4:],
        text + "AAAA",
        "A" * 10_000,
        base64.urlsafe_b64encode(encode([2, b"", b"", [], b""])).decode(),
        base64.urlsafe_b64encode(encode({"a": 1})).decode(),
        changed_raw(invitation, site=bytes(16)),
        changed_raw(invitation, root_der=b"no certificate"),
        changed_raw(invitation, addresses=("no address",)),
        changed_raw(invitation, addresses=()),
        changed_raw(invitation, secret=b"short"),
    ]


def changed_raw(invitation: Invitation, **fields: object) -> str:
    values = {name: getattr(invitation, name) for name in invitation.__struct_fields__}
    return to_text(Invitation(**(values | fields)))


async def test_damaged_invitations_are_typed(shop, environment):
    good = Invitation(shop.admin.site, shop.admin.root_der, ("127.0.0.1:1",), b"s" * 32)
    text = to_text(good)
    assert from_text(f"  {text[:40]}\n{text[40:]} ") == good
    assert "737373" not in repr(good)
    assert "sss" not in repr(good)
    for bad in damaged(text):
        with pytest.raises(BadInvitation):
            await join(bad, shop.place("new"), "x", environment=environment)
