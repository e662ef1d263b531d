"""The terminals of the site: who signs here, under which letters, with which program.

Rules of this file:
1. A device's newest opening (greatest stamp) gives its letters, name and program.
2. Signatures and chains were judged when the change was accepted; here they are only read. An
   opening whose chain does not speak of the device that signed it is not listed.
"""

import msgspec

from crdt_models.certificates import AuthorOpened, Certificate, Role, decode_chain
from crdt_models.documents.view import Derived, Once, View
from crdt_models.errors import UntrustedCertificate
from crdt_models.ids import DeviceId


class Terminal(msgspec.Struct, frozen=True):
    """One device. epochs: how often it opened an author. opened: packed clock of the newest.
    tags: fact tags that its program understands. not_after: unix seconds."""

    device: DeviceId
    role: Role
    letters: str
    name: str
    program: str
    tags: tuple[str, ...]
    epochs: int
    opened: int
    not_after: int


class TerminalsView(View):
    """All devices that ever wrote."""

    UNDERSTANDS = frozenset({AuthorOpened})

    @Derived
    def terminals(self) -> dict[DeviceId, Terminal]:
        """By device, in ascending order of device id."""
        openings: dict[DeviceId, list[tuple[Once[AuthorOpened], Certificate]]] = {}
        for opening in self.all(AuthorOpened):
            certificate = _certificate(opening)
            if certificate is not None:
                openings.setdefault(certificate.device, []).append((opening, certificate))
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


def _certificate(opening: Once[AuthorOpened]) -> Certificate | None:
    try:
        leaf = decode_chain(opening.fact.chain).leaf
    except UntrustedCertificate:
        return None
    return leaf if leaf.device == opening.entry.device else None


def _terminal(openings: list[tuple[Once[AuthorOpened], Certificate]]) -> Terminal:
    newest, certificate = openings[-1]
    return Terminal(
        device=certificate.device,
        role=certificate.role,
        letters=certificate.letters,
        name=certificate.name,
        program=newest.fact.program,
        tags=newest.fact.tags,
        epochs=len(openings),
        opened=newest.stamp.hlc,
        not_after=certificate.not_after,
    )
