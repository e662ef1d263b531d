"""Who was admitted to the site. Minimal: certificates as they were announced; revocation comes
later.

Rules of this file:
1. Membership is proved by a chain up to the site's root, never by standing in this list: it is for
   people to see who was let in, by whom and when.
2. What does not read as a chain is not listed.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from crdt_models.certificates import (
    ADMIN,
    MAX_CHAIN_BYTES,
    Certificate,
    decode_chain,
)
from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.view import Derived, View
from crdt_models.errors import UntrustedCertificate
from crdt_models.fact import Fact
from crdt_models.ids import TRUST, DeviceId, DocumentId


class MemberAdmitted(Fact, frozen=True, tag="member_admitted"):
    """A device was given a certificate. chain: encoded, leaf is the device's."""

    chain: Annotated[bytes, Meta(max_length=MAX_CHAIN_BYTES)]


class Member(msgspec.Struct, frozen=True):
    """A device as its newest admission has it. admitted_by: the device that wrote the fact.
    admitted: packed clock."""

    certificate: Certificate
    admitted_by: DeviceId
    admitted: int


class TrustView(View):
    """All devices that were ever admitted."""

    UNDERSTANDS = frozenset({MemberAdmitted})

    @Derived
    def members(self) -> dict[DeviceId, Member]:
        """By device; the admission with the greatest stamp answers."""
        found: dict[DeviceId, Member] = {}
        for admitted in self.all(MemberAdmitted):
            try:
                leaf = decode_chain(admitted.fact.chain).leaf
            except UntrustedCertificate:
                continue
            found[leaf.device] = Member(leaf, admitted.entry.device, admitted.stamp.hlc)
        return found

    @property
    def admins(self) -> tuple[DeviceId, ...]:
        """Devices that may certify others, sorted."""
        admins = (d for d, member in self.members.items() if member.certificate.role == ADMIN)
        return tuple(sorted(admins))


class AdmitMember(Command, frozen=True, kw_only=True, tag="admit_member"):
    """Announce a certificate that was issued. Raises InvalidField when it is no chain."""

    chain: bytes

    def reads(self) -> tuple[DocumentId, ...]:
        return (TRUST,)

    def plan(self, read: Read, context: Context) -> Decision:
        try:
            decode_chain(self.chain)
        except UntrustedCertificate as error:
            raise InvalidField(reason="not a certificate chain") from error
        return Decision(((TRUST, MemberAdmitted(chain=self.chain)),))
