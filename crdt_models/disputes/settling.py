"""The command with which a person settles a dispute."""

from crdt_models.disputes.kinds import KINDS, Kind
from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.resolution import Resolution, resolutions_of
from crdt_models.fact import Fact
from crdt_models.ids import DocumentId, FactId


class SettleDispute(Command, frozen=True, kw_only=True, tag="settle_dispute"):
    """A person's decision on a dispute, over the facts that the person was shown (`weighs`).

    Raises InvalidField for a kind or choice that does not exist.
    """

    document: DocumentId
    kind: Kind
    subject: str
    choice: str
    weighs: tuple[FactId, ...]
    note: str = ""

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document,)

    def plan(self, read: Read, context: Context) -> Decision:
        kind = KINDS.get(self.kind)
        if kind is None or self.choice not in kind.choices:
            raise InvalidField(reason=f"{self.choice} does not settle {self.kind}")
        view = read(self.document)
        resolution: Fact = Resolution(
            kind=self.kind,
            subject=self.subject,
            choice=self.choice,
            weighs=tuple(sorted(set(self.weighs))),
            note=self.note,
            replaces=resolutions_of(view, self.kind, self.subject).replaced_next,
        )
        return Decision(((self.document, resolution),))
