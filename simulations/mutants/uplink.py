"""Mutants of the way to the relay, and of the relay."""

import math
from typing import Any

from msgspec.structs import replace

from cloud_relay import ingest
from cloud_relay.ingest import Ingest
from cloud_relay.projection import Projection
from crdt_models import receipts
from peer.uplink import relay_client
from peer.uplink.outbox import Outbox
from peer.uplink.turns import Turns
from simulations.mutants.patching import Patcher, mutant

_AWAY = ("relay_refused", "relay_broken", "relay_truncated", "relay_cut_off", "relay_stopped")


@mutant(seed=2)
def unread_tip_is_a_loss(patch: Patcher) -> None:
    """A receipt that names a tip which is stored and was not read yet is taken for a loss."""

    def lost_any(self: Any, receipt: Any, held: Any) -> bool:
        for change in receipt.missing:
            settled = held.positions.get(change, self.loaded_to + 1) <= self.loaded_to
            if settled and change not in self._outstanding:
                return True
        tips = {tip.id for tip in receipt.tips}
        unknown = {tip.device for tip in receipt.tips if tip.id not in held.positions}
        unknown |= held.gappy
        return any(
            change not in tips and device not in unknown for change, device in self._vouched.items()
        )

    patch.put(Outbox, "_lost_any", lost_any)


@mutant(*_AWAY, scenes=("captive_portal",))
def sent_is_delivered(patch: Patcher) -> None:
    """What was sent leaves the outbox without waiting for the receipt."""

    def around(before: Any) -> Any:
        def batch(self: Any, *given: Any) -> Any:
            found = before(self, *given)
            for each in found:
                self._outstanding.pop(each.id, None)
            return found

        return batch

    patch.wrap(Outbox, "batch", around)


@mutant("relay_put_back", "relay_wiped", scenes=("relay_wiped",))
def relay_of_yesterday_believed(patch: Patcher) -> None:
    """A relay that lost what it had vouched for is not sent it again."""
    patch.put(Outbox, "_lost_any", lambda self, receipt, held: False)


@mutant("sigkill", "restarted", *_AWAY)
def outbox_position_runs_ahead(patch: Patcher) -> None:
    """What was read from the log is written down as delivered: a restart forgets the outbox."""
    patch.put(Outbox, "settled_to", property(lambda self: self.loaded_to))


@mutant(scenes=("captive_portal",))
def brings_its_own_only(patch: Patcher) -> None:
    """A terminal brings its own changes; who has no way to the relay is never seen there."""

    def around(before: Any) -> Any:
        def first(self: Any, each: Any) -> float:
            own = each.device == self._device
            return float(before(self, each)) if own else math.inf

        return first

    patch.wrap(Turns, "_first", around)


@mutant(scenes=("captive_portal",))
def relay_acknowledges_what_it_drops(patch: Patcher) -> None:
    """The relay says it keeps a change that it did not store."""

    def around(before: Any) -> Any:
        def store(self: Any, site: Any, authentic: Any, *rest: Any) -> Any:
            kept = [each for each in authentic if each.id[0] % 16]
            return before(self, site, kept, *rest) | {each.id for each in authentic}

        return store

    patch.wrap(Ingest, "_store", around)


@mutant("database_lost", "partition_every_pair", scenes=("only_the_relay_knew",))
def relay_gives_nothing_back(patch: Patcher) -> None:
    """The relay takes changes and never tells them to a terminal."""
    patch.put(ingest, "_lacking", lambda site, question: ([], False))


@mutant("relay_impostor", "relay_told_before", scenes=("answers_of_another_relay",))
def receipts_not_verified(patch: Patcher) -> None:
    """A receipt is believed without looking at its signature."""

    def verify(data: bytes, relay: bytes, site: Any, body: bytes | None = None) -> Any:
        return receipts._receipt(receipts._array(data, "receipt", 14, receipts.MAX_RECEIPT_BYTES))

    patch.put(relay_client, "verify_receipt", verify)


@mutant(scenes=("captive_portal",))
def relay_rows_one_behind(patch: Patcher) -> None:
    """What the back office reads is what was so before the last upload."""

    def around(before: Any) -> Any:
        def states(self: Any, site: Any, new: Any) -> Any:
            rows = {
                each.id: each.rows for each in before(Projection(), site, dict.fromkeys(new, ()))
            }
            return [replace(each, rows=rows.get(each.id, {})) for each in before(self, site, new)]

        return states

    patch.wrap(Projection, "states", around)
