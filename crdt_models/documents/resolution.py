"""The fact with which a person closes a dispute, and the register that such facts make. It stands
in the document of the dispute's subject."""

from typing import TYPE_CHECKING, ClassVar

from crdt_models.documents.fields import Code, FactRefs, Name, Note
from crdt_models.documents.register import Register, Write
from crdt_models.fact import Fact

if TYPE_CHECKING:  # the view is made of this file
    from crdt_models.documents.view import View


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


def resolutions_of(view: "View", kind: str, subject: str) -> Register[Resolution]:
    """The register of resolutions of one dispute in its document's view."""
    return Register(
        Write(each.id, each.stamp, each.fact, view.same_all(each.fact.replaces))
        for each in view.resolutions.get((kind, subject), ())
    )
