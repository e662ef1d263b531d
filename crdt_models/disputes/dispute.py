"""What one dispute is, how it is named, and when a resolution closes it."""

import hashlib
from collections.abc import Iterable

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.disputes.kinds import KINDS, Actor, Kind, Severity
from crdt_models.documents.resolution import resolutions_of
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId, FactId


class Dispute(msgspec.Struct, frozen=True):
    """One dispute. id: 32 hexadecimal digits. document: where its resolution stands. facts: the
    evidence, sorted. resolutions: fact ids that stand; one that weighs all facts closes it."""

    id: str
    kind: Kind
    subject: str
    document: DocumentId
    facts: tuple[FactId, ...]
    resolutions: tuple[FactId, ...]
    is_open: bool

    @property
    def severity(self) -> Severity:
        """How urgent: `urgent` is money or identity, `attention` is today, `notice` can wait."""
        return KINDS[self.kind].severity

    @property
    def actor(self) -> Actor:
        """Who must act."""
        return KINDS[self.kind].actor

    @property
    def choices(self) -> tuple[str, ...]:
        """Codes that a resolution may choose; none: it ends only with its situation."""
        return KINDS[self.kind].choices


def dispute_id(kind: Kind, subject: str) -> str:
    """32 hexadecimal digits, the same at every terminal."""
    return hashlib.sha256(b"malha-dispute-v1" + encode([kind, subject])).hexdigest()[:32]


Group = tuple[Dispute, ...]


def dispute_of(view: View, kind: Kind, subject: str, facts: Iterable[FactId]) -> Group:
    """The dispute, and `two_resolutions` when several stand. `view` holds the resolutions."""
    involved = view.same_all(facts)
    standing = resolutions_of(view, kind, subject)
    is_settled = (
        len(standing.heads) == 1
        and standing.current is not None
        and involved <= view.same_all(standing.current.value.weighs)
    )
    first = Dispute(
        id=dispute_id(kind, subject),
        kind=kind,
        subject=subject,
        document=view.document,
        facts=tuple(sorted(involved)),
        resolutions=standing.heads,
        is_open=not is_settled,
    )
    if len(standing.heads) < 2:
        return (first,)
    rivals = Dispute(
        id=dispute_id("two_resolutions", f"{kind}:{subject}"),
        kind="two_resolutions",
        subject=f"{kind}:{subject}",
        document=view.document,
        facts=standing.heads,
        resolutions=(),
        is_open=True,
    )
    return first, rivals
