"""The roster of the site over HTTP, with members whose certificates are real."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest
import trio

from crdt_models.certificates import AuthorOpened, encode_chain
from crdt_models.change import Unsigned, sign_change
from crdt_models.documents.trust import admission_id
from crdt_models.fact import Fact
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import TERMINALS, TRUST, ChangeId, CommandId, DeviceId, DocumentId, Epoch
from crdt_models.replication.figures import Lag, LinkFigures, LinkStatistics, Statistics
from peer.environment import RealDice
from peer.identity import Identity
from peer.identity.membership import TerminalKeys, admit, applicant_of, member_chain
from peer.node.members import announce_all
from peer.service.sqlite_errors import NotDurable

ADMIN = {"x_api_key": "the-token-of-this-boot"}
ADMITTED = 1_800_000_000
DAY_MS = 86_400_000


class Link(msgspec.Struct, frozen=True, kw_only=True):
    device: DeviceId
    letters: str = "B"
    name: str = "Bar"
    address: str = "127.0.0.1:1"
    dialled: bool = True
    clone: bool = False
    since: float = 0.0


class Mesh:
    """Links as the test says they are."""

    def __init__(self) -> None:
        self.linked: list[Link] = []
        self.ended: dict[DeviceId, float] = {}
        self.looking: Callable[[], None] = lambda: None
        self.talks: dict[int, LinkStatistics] = {}
        self.lag: dict[DeviceId, Lag] = {}

    def links(self) -> Sequence[Link]:
        return self.linked

    def last_linked(self) -> Mapping[DeviceId, float]:
        return self.ended

    def statistics(self) -> Statistics:
        return Statistics(links=self.talks, total=LinkFigures(), lag=self.lag, wants_in_flight=0)


class Member:
    """A terminal that the shop's admin let in, and what it writes."""

    def __init__(self, admin: Identity, letters: str, name: str) -> None:
        self._keys = TerminalKeys(_key(letters + " signing"), _key(letters + " link"))
        grant = admit(
            admin.issuing(),
            applicant_of(self._keys),
            letters=letters,
            name=name,
            now_seconds=ADMITTED,
        )
        self.chain = encode_chain(member_chain(grant.leaf, admin.site))
        self.device = member_chain(grant.leaf, admin.site).leaf.device
        self._site = admin.site
        self._previous: tuple[ChangeId, ...] = ()
        self._count = 0

    def opens(self, chain: bytes, at_ms: int) -> bytes:
        """A change with `author_opened`; the first of them opens its epoch."""
        return self.writes(TERMINALS, AuthorOpened(chain, program="0.9"), at_ms)

    def writes(self, document: DocumentId, fact: Fact, at_ms: int) -> bytes:
        """The next change of this terminal."""
        self._count += 1
        change = sign_change(
            Unsigned(
                site=self._site,
                device=self.device,
                epoch=Epoch(b"an epoch"),
                sequence=self._count,
                previous=self._previous,
                hlc=at_ms << 16,
                business_day=20_000,
                operator=None,
                command_id=CommandId(hashlib.sha256(bytes([self._count])).digest()[:16]),
                seen=0,
                facts=((document, fact),),
            ),
            self._keys.signing,
        )
        self._previous = (change.id,)
        return change.data


def _key(seed: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


@pytest.fixture
def bar(identity: Identity) -> Member:
    return Member(identity, "B", "Bar")


async def known(shop: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.get("/api/sync/malha"))["conhecidos"]
    return found


async def told(shop: Any, chain: str, status: int = 201, **headers: str) -> dict[str, Any]:
    answer = await shop.ask("POST", "/api/membros", {"cadeia": chain}, **(headers or ADMIN))
    assert answer.status_code == status, answer.text
    value: dict[str, Any] = answer.json()
    return value


async def test_an_admission_is_announced_once_and_shown(shop: Any, bar: Member) -> None:
    assert await told(shop, bar.chain.hex()) == {"membros": 2}  # ourselves: we wrote it
    position = shop.node.position
    await told(shop, bar.chain.hex())
    await announce_all(shop.node, [bar.chain])
    assert shop.node.position == position
    assert shop.log.command(admission_id(shop.node.site, bar.chain)) is not None
    (shown,) = await known(shop)
    assert shown == {
        "dispositivo": bar.device.hex(),
        "letras": "B",
        "nome": "Bar",
        "papel": "terminal",
        "admitido_por": "A",
        "admitido_em": "2027-01-15T08:00:00.000Z",
        "vence_em": "2028-02-19T08:00:00.000Z",
        "programa": "",
        "iniciado_em": None,
        "alterou_em": None,
        "ligado_em": None,
        "visto_em": None,
        "ligado": False,
    }


async def test_what_was_issued_while_the_terminal_was_off_is_announced_at_its_start(
    shop: Any, bar: Member, identity: Identity
) -> None:
    salon = Member(identity, "C", "Salão")
    await told(shop, bar.chain.hex())
    await announce_all(shop.node, [bar.chain, b"junk", salon.chain])
    assert [each["letras"] for each in await known(shop)] == ["B", "C"]
    assert shop.node.view(TRUST).fact_count == 2


async def test_a_full_disk_only_puts_the_announcement_off(
    shop: Any, bar: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise NotDurable(reason="full")

    with monkeypatch.context() as broken:
        broken.setattr(shop.log, "append", full)
        await announce_all(shop.node, [bar.chain])
    assert await known(shop) == []
    await announce_all(shop.node, [bar.chain])
    assert len(await known(shop)) == 1


async def test_only_the_terminal_itself_announces_and_only_its_own_sites_members(
    shop: Any, bar: Member, running: Any, tmp_path: Any
) -> None:
    assert (await told(shop, bar.chain.hex(), 403, x_api_key=shop.key))["code"] == "forbidden"
    other = Member(_another_site(tmp_path), "B", "Bar")
    for chain in ("zz", "", "00", other.chain.hex(), bar.chain.hex() + "00", "ff" * 5000):
        problem = await told(shop, chain, 422)
        assert problem["code"] == "invalid_field"
        assert "cadeia" in problem["detail"]
    assert shop.node.position == 0


def _another_site(folder: Any) -> Identity:
    from peer.identity import Place, create_site

    place = Place(folder / "other", folder / "other.key")
    return create_site(
        place, name="X", letters="A", wall_seconds=ADMITTED, dice=RealDice()
    ).identity


async def test_what_a_member_says_of_itself_is_not_believed(
    shop: Any, bar: Member, identity: Identity, tmp_path: Any
) -> None:
    """Its epoch stands; then it shows another member's certificate, and one of its own making."""
    victim = Member(identity, "C", "Salão")
    forged = Member(_another_site(tmp_path), "B", "Gerente")
    now = shop.environment.wall_ms()
    await shop.node.receive([bar.opens(bar.chain, now)], source=1)
    await shop.node.receive([bar.opens(victim.chain, now + 1)], source=1)
    await shop.node.receive([bar.opens(forged.chain, now + 2)], source=1)
    (shown,) = await known(shop)
    assert (shown["letras"], shown["nome"], shown["papel"]) == ("B", "Bar", "terminal")
    assert shown["dispositivo"] == bar.device.hex()


async def test_last_seen_is_the_later_of_its_last_change_and_its_last_link(
    running: Any, bar: Member
) -> None:
    mesh = Mesh()
    async with running(mesh=mesh) as shop:
        wrote = shop.environment.wall_ms() - 2 * DAY_MS
        await shop.node.receive([bar.opens(bar.chain, wrote - 5)], source=1)
        await shop.node.receive([bar.opens(bar.chain, wrote)], source=1)
        (shown,) = await known(shop)
        assert shown["iniciado_em"] == shown["alterou_em"] == iso(wrote << 16)
        assert (shown["visto_em"], shown["ligado_em"]) == (iso(wrote << 16), None)

        mesh.ended[bar.device] = trio.current_time() - 60
        (shown,) = await known(shop)
        assert shown["visto_em"] == shown["ligado_em"] > iso(wrote + DAY_MS << 16)
        assert shown["alterou_em"] == iso(wrote << 16)

        mesh.linked = [Link(device=bar.device)]
        before = iso(shop.environment.wall_ms() << 16)
        (shown,) = await known(shop)
        assert shown["ligado"]
        assert shown["visto_em"] == shown["ligado_em"] > before


async def test_a_clock_that_runs_ahead_does_not_make_its_terminal_seen(
    running: Any, bar: Member
) -> None:
    mesh = Mesh()
    async with running(mesh=mesh) as shop:
        ahead = shop.environment.wall_ms() + 3650 * DAY_MS
        await shop.node.receive([bar.opens(bar.chain, ahead)], source=1)
        (shown,) = await known(shop)
        assert (shown["alterou_em"], shown["visto_em"]) == (iso(ahead << 16), None)
        mesh.ended[bar.device] = trio.current_time()
        (shown,) = await known(shop)
        assert shown["visto_em"] == shown["ligado_em"] < iso(ahead << 16)
