"""The terminals of the site: who signs here, under which letters, with which program.

Rules of this file:
1. Letters, name and role are what the site's certificates say, never what a device says: an opening
   counts when its chain leads to the site's root and speaks of the very device that signed it.
2. Of a device's certificates the latest counts (`certificates.standing`), so showing an old one
   again changes nothing. Program, tags and clock are the device's own claims: its newest opening
   (greatest stamp) gives them.
3. Openings are told apart by who signed them, not by their command: another device that repeats
   one under the same command takes nothing away.
"""

import msgspec

from crdt_models.certificates import AuthorOpened, Certificate, Role, standing
from crdt_models.documents.command import NotEveryoneUpdated, Read
from crdt_models.documents.proving_view import ProvingView
from crdt_models.documents.view import Derived
from crdt_models.fact import Entry, Fact
from crdt_models.ids import TERMINALS, DeviceId


class Terminal(msgspec.Struct, frozen=True):
    """One device. epochs: how often it opened an author. opened: packed clock of the newest.
    tags: fact tags that its program understands."""

    certificate: Certificate
    program: str
    tags: tuple[str, ...]
    epochs: int
    opened: int

    @property
    def device(self) -> DeviceId:
        return self.certificate.device

    @property
    def role(self) -> Role:
        return self.certificate.role

    @property
    def letters(self) -> str:
        return self.certificate.letters

    @property
    def name(self) -> str:
        return self.certificate.name


class TerminalsView(ProvingView):
    """All devices that ever wrote."""

    UNDERSTANDS = frozenset({AuthorOpened})

    @Derived
    def terminals(self) -> dict[DeviceId, Terminal]:
        """By device, in ascending order of device id."""
        openings: dict[DeviceId, list[tuple[Entry, Certificate]]] = {}
        for entry in self.told(AuthorOpened):
            assert isinstance(entry.fact, AuthorOpened)
            leaf = self.proved(entry.fact.chain, entry.site)
            if leaf is not None and leaf.device == entry.device:
                openings.setdefault(leaf.device, []).append((entry, leaf))
        return {device: _terminal(openings[device]) for device in sorted(openings)}

    @Derived
    def devices_by_letters(self) -> dict[str, tuple[DeviceId, ...]]:
        """Letters to the devices that use them; more than one gives equal order numbers."""
        found: dict[str, tuple[DeviceId, ...]] = {}
        for terminal in self.terminals.values():
            found[terminal.letters] = (*found.get(terminal.letters, ()), terminal.device)
        return found

    def all_understand(self, tag: str) -> bool:
        """Whether every terminal announced the fact tag: only then may it be written as one that
        must be understood."""
        return all(tag in terminal.tags for terminal in self.terminals.values())


def check_all_understand(read: Read, kind: type[Fact]) -> None:
    """Raises NotEveryoneUpdated while a terminal of the site does not know such facts."""
    if not all_understand(read, kind):
        raise NotEveryoneUpdated


def all_understand(read: Read, kind: type[Fact]) -> bool:
    """Whether every terminal of the site announced that it knows such facts."""
    view = read(TERMINALS)
    assert isinstance(view, TerminalsView), "the kind of a document decides its view"
    return view.all_understand(kind.tag())


def _terminal(openings: list[tuple[Entry, Certificate]]) -> Terminal:
    """openings: all of one device, by stamp."""
    newest, _ = openings[-1]
    assert isinstance(newest.fact, AuthorOpened)
    return Terminal(
        certificate=standing({certificate for _, certificate in openings}),
        program=newest.fact.program,
        tags=newest.fact.tags,
        epochs=len(openings),
        opened=newest.stamp.hlc,
    )
