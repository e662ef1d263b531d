"""Mutants of the gate: what is believed without proof."""

from typing import Any

from crdt_models import change_gate
from crdt_models.change import verify_signature
from crdt_models.change_gate import ChangeGate
from crdt_models.errors import BadSignature
from simulations.mutants.patching import Patcher, mutant


@mutant("forged_signatures", scenes=("hostile_member",))
def signatures_not_checked(patch: Patcher) -> None:
    """Whatever has the form of a change is one."""
    patch.put(ChangeGate, "_is_authentic", lambda self, change, author, key: True)


@mutant("forged_signatures", scenes=("hostile_member",))
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


@mutant("false_opening", scenes=("hostile_member",))
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
