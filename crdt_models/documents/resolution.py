"""The fact with which a person closes a dispute. It stands in the document of the dispute's
subject."""

from typing import ClassVar

from crdt_models.documents.fields import Code, FactRefs, Name, Note
from crdt_models.fact import Fact


class Resolution(Fact, frozen=True, tag="resolution"):
    """A person weighed the evidence and decided.

    kind, subject: the dispute, see `disputes`. weighs: the fact ids that the person was shown.
    choice: one of the codes offered. note: free text. replaces: earlier resolutions of it that were
    known.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"weighs", "replaces"})

    kind: Code
    subject: Name
    choice: Code
    weighs: FactRefs
    note: Note = ""
    replaces: FactRefs = ()
