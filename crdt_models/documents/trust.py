"""Who was admitted to the site. Minimal: certificates as they were announced; revocation comes
later.

Rules of this file:
1. Membership is proved by a chain up to the site's root, never by standing in this list: it is for
   people to see who was let in, by whom and when, before that terminal has written anything.
2. Admins announce what they issued. Whoever tells it, only a chain that leads to the site's root is
   listed, and what it says of a device is the site's word (`certificates.standing` picks one).
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from crdt_models.certificates import (
    ADMIN,
    MAX_CHAIN_BYTES,
    Certificate,
    proved_leaf,
    standing,
)
from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.proving_view import ProvingView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.view import Derived
from crdt_models.fact import Fact
from crdt_models.ids import SHORT_BYTES, TRUST, CommandId, DeviceId, DocumentId, SiteId


class MemberAdmitted(Fact, frozen=True, tag="member_admitted"):
    """A device was given a certificate. chain: encoded, leaf is the device's."""

    chain: Annotated[bytes, Meta(max_length=MAX_CHAIN_BYTES)]


class TrustView(ProvingView):
    """All devices that were ever admitted."""

    UNDERSTANDS = frozenset({MemberAdmitted})

    @Derived
    def chains(self) -> frozenset[bytes]:
        """The encoded chains that were announced, whatever they prove."""
        facts = (entry.fact for entry in self.told(MemberAdmitted))
        return frozenset(fact.chain for fact in facts if isinstance(fact, MemberAdmitted))

    @Derived
    def members(self) -> dict[DeviceId, Certificate]:
        """By device, in ascending order of device id."""
        found: dict[DeviceId, set[Certificate]] = {}
        for entry in self.told(MemberAdmitted):
            assert isinstance(entry.fact, MemberAdmitted)
            leaf = self.proved(entry.fact.chain, entry.site)
            if leaf is not None:
                found.setdefault(leaf.device, set()).add(leaf)
        return {device: standing(found[device]) for device in sorted(found)}

    @property
    def admins(self) -> tuple[DeviceId, ...]:
        """Devices that may certify others, sorted."""
        return tuple(device for device, leaf in self.members.items() if leaf.role == ADMIN)


def members_of(terminals: TerminalsView, trust: TrustView) -> Mapping[DeviceId, Certificate]:
    """Every known member of the site by device: whoever was announced, and whoever ever wrote."""
    wrote = {device: each.certificate for device, each in terminals.terminals.items()}
    announced = trust.members
    return {
        device: standing(each[device] for each in (wrote, announced) if device in each)
        for device in sorted(wrote.keys() | announced.keys())
    }


def admission_id(site: SiteId, chain: bytes) -> CommandId:
    """The command id of announcing `chain`: told again, anywhere, it is the same announcement."""
    seed = b"malha-admission-v1" + site + chain
    return CommandId(hashlib.sha256(seed).digest()[:SHORT_BYTES])


class AdmitMember(Command, frozen=True, kw_only=True, tag="admit_member"):
    """Announce a certificate that was issued; nothing to do when it was. Raises InvalidField for
    what is no chain up to the site's root."""

    chain: bytes

    def reads(self) -> tuple[DocumentId, ...]:
        return (TRUST,)

    def plan(self, read: Read, context: Context) -> Decision:
        if proved_leaf(self.chain, context.site) is None:
            raise InvalidField(reason="no certificate chain of this site")
        view = read(TRUST)
        assert isinstance(view, TrustView), "the kind of a document decides its view"
        if self.chain in view.chains:
            return Decision(())
        return Decision(((TRUST, MemberAdmitted(chain=self.chain)),))
