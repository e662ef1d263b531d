"""Mutants of those who work here."""

from crdt_models.documents.staff import judging
from crdt_models.documents.staff.view import Operator, StaffView
from peer.node import batch
from simulations.mutants.patching import Patcher, mutant


@mutant(scenes=("dismissed_at_the_other_side",))
def dismissed_go_on_unseen(patch: Patcher) -> None:
    """What a dismissed manager did where nobody knew is told to nobody."""
    patch.derive(StaffView, "overtaken", lambda _: ())


@mutant(scenes=("dismissed_at_the_other_side",))
def acts_name_nobody(patch: Patcher) -> None:
    """Nothing is written of who allowed what."""
    patch.put(batch, "allowed", lambda *_, **__: [])


@mutant(scenes=("dismissed_at_the_other_side",))
def rights_are_not_named(patch: Patcher) -> None:
    """An act is judged as if its author had named nothing that his right rests on."""
    patch.put(judging, "standing", lambda who, entries: judging.Standing(None, is_active=False))


@mutant(scenes=("dismissed_at_the_other_side",))
def the_dismissed_may_as_before(patch: Patcher) -> None:
    """A role is asked for, and not whether somebody still works here."""
    patch.put(Operator, "is_active", property(lambda _: True))
