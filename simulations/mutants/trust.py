"""Mutants of the gate: what is believed without proof."""

from typing import Any

from crdt_models import change_gate
from crdt_models.change import verify_signature
from crdt_models.change_gate import ChangeGate
from crdt_models.errors import BadSignature
from simulations.mutants.patching import Patcher, mutant


@mutant("forged_signatures")
def signatures_not_checked(patch: Patcher) -> None:
    """Whatever has the form of a change is one."""
    patch.put(ChangeGate, "_is_authentic", lambda self, change, author, key: True)


@mutant("forged_signatures")
def any_member_signs_for_all(patch: Patcher) -> None:
    """A signature by any terminal of the shop is good enough, whoever is named as the author."""
    keys: set[bytes] = set()

    def around(before: Any) -> Any:
        def is_authentic(self: Any, change: Any, author: Any, key: bytes) -> bool:
            keys.add(key)
            return before(self, change, author, key) or any(_fits(change, it) for it in keys)

        return is_authentic

    patch.wrap(ChangeGate, "_is_authentic", around)


def _fits(change: Any, key: bytes) -> bool:
    try:
        verify_signature(change, key)
    except BadSignature:
        return False
    return True


@mutant("false_opening")
def opening_of_anyone(patch: Patcher) -> None:
    """An epoch may be opened with another device's certificate."""

    def around(before: Any) -> Any:
        def chain(data: Any, site: Any) -> Any:
            return _Of(before(data, site))

        return chain

    patch.wrap(change_gate, "verify_chain", around)


class _Any:
    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__


class _Of:
    """A certificate that is any device's."""

    device = _Any()

    def __init__(self, leaf: Any) -> None:
        self.signing_key = leaf.signing_key


@mutant("joined", "frames_reordered", relay=False)
def early_changes_dropped(patch: Patcher) -> None:
    """Changes that come before their author_opened are thrown away."""
    patch.put(ChangeGate, "_wait", lambda self, device, group: None)


@mutant("joined", "frames_reordered", relay=False)
def early_changes_never_released(patch: Patcher) -> None:
    """Changes that wait for their author_opened go on waiting when it has come."""
    patch.put(ChangeGate, "_release", lambda self, keys, changes: None)


@mutant("forged_signatures", "bad_frames")
def one_bad_change_condemns_the_frame(patch: Patcher) -> None:
    """A frame with one change that is refused is refused as a whole."""

    def around(before: Any) -> Any:
        def judge(self: Any, batch: Any) -> Any:
            verdict = before(self, batch)
            return (
                change_gate.Verdict([], verdict.waiting, verdict.refused)
                if verdict.refused
                else verdict
            )

        return judge

    patch.wrap(ChangeGate, "judge", around)
