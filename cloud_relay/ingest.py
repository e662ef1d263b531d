"""What comes in and what goes out again: uploads become durable, questions are answered.

Rules of this file:
1. Only authentic changes of the tenant's own site are stored: the same gate as on every peer. It
   keeps nothing between uploads; a change whose `author_opened` has not come is not kept, and the
   receipt does not cover it.
2. Changes, document states and read-model rows are one transaction; the receipt is signed from what
   that transaction read, after it has ended without an error.
3. A change that is stored already is skipped before any signature is checked.
4. Synchronous; the caller chooses the thread and brings the time.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from cloud_relay.projection import Projection
from cloud_relay.storage.port import (
    Arrival,
    DocumentState,
    Opening,
    RelayStorage,
    SiteReads,
    SiteWrites,
    Tenant,
    UnknownSite,
)
from crdt_models.change import Change, Signer
from crdt_models.change_gate import ChangeGate, key_opened_by
from crdt_models.errors import RefusedBytes
from crdt_models.ids import ChangeId, DeviceId, DocumentId
from crdt_models.receipts import (
    MAX_BATCH_CHANGES,
    MAX_MISSING,
    MAX_REASONS,
    MAX_TIPS,
    MAX_UPLOAD_BYTES,
    Answer,
    Claim,
    Question,
    Receipt,
    batch_hash,
    decode_question,
    decode_upload,
    encode_answer,
    kept_bits,
    sign_receipt,
)
from crdt_models.replication.anti_entropy import answer
from crdt_models.replication.messages import MAX_ENTRIES_PER_DEVICE, HaveEntry, Want

MAX_TIPS_PER_DEVICE = 64  # the peers' bound: beyond it a device only forks


class TooManyTips(RefusedBytes):
    """The device has forked beyond the bound; only what extends a stored chain is taken."""

    code = "too_many_tips"
    sentence = "The device has too many branches."


class RelayIdentity(msgspec.Struct, frozen=True):
    """key: the relay's Ed25519 public key, 32 bytes · signer: its private half."""

    key: bytes
    signer: Signer


class Ingest:
    """The relay's two verbs."""

    def __init__(self, storage: RelayStorage, identity: RelayIdentity) -> None:
        self._storage = storage
        self._identity = identity
        self._projection = Projection()

    def accept(self, tenant: Tenant, node: str, body: bytes, now_ms: int) -> bytes:
        """Store an upload durably; returns the signed receipt.

        Raises MalformedMessage, UnknownSite (also for another tenant's site), NotDurable,
        StorageBroken.
        """
        upload = decode_upload(body)
        _require_own(tenant, upload.site)
        ids = [ChangeId(hashlib.sha256(data).digest()) for data in upload.changes]
        with self._storage.reading(tenant) as site:
            held = site.holds_many(ids)
            fresh = [d for d, change in zip(upload.changes, ids, strict=True) if change not in held]
            verdict = ChangeGate(tenant.site, site).judge(fresh)
        refused: list[RefusedBytes] = list(verdict.refused)
        stored: frozenset[ChangeId] = frozenset()
        if verdict.authentic:
            with self._storage.writing(tenant) as writing:
                stored = self._store(writing, verdict.authentic, refused, node, now_ms)
        kept = held | stored
        with self._storage.reading(tenant) as site:
            receipt = self._receipt(site, tenant, now_ms)
        return sign_receipt(
            msgspec.structs.replace(
                receipt,
                batch=batch_hash(body),
                kept=kept_bits([i for i, change in enumerate(ids) if change in kept], len(ids)),
                received=len(ids),
                stored=len(stored - held),
                waiting=verdict.waiting,
                refused=_counted(refused),
            ),
            self._identity.signer,
        )

    def reply(self, tenant: Tenant, body: bytes, now_ms: int) -> bytes:
        """The answer to a question: changes that the asker lacks, and the receipt.

        Raises MalformedMessage, UnknownSite.
        """
        question = decode_question(body)
        _require_own(tenant, question.site)
        with self._storage.reading(tenant) as site:
            changes, more = _lacking(site, question)
            receipt = self._receipt(site, tenant, now_ms)
        signed = sign_receipt(receipt, self._identity.signer)
        return encode_answer(Answer(tuple(changes), more, signed))

    def _store(
        self,
        site: SiteWrites,
        authentic: Sequence[Change],
        refused: list[RefusedBytes],
        node: str,
        now_ms: int,
    ) -> frozenset[ChangeId]:
        """Append what is new; returns what of `authentic` is stored now."""
        held = site.holds_many(change.id for change in authentic)
        new = _within_bound(site, [c for c in authentic if c.id not in held], refused)
        site.append(
            Arrival(
                changes=new,
                documents=self._states(site, new),
                openings=_openings(new, site),
                node=node,
                at=now_ms,
            )
        )
        return held | {change.id for change in new}

    def _states(self, site: SiteReads, new: Sequence[Change]) -> list[DocumentState]:
        touched: dict[DocumentId, list[Change]] = {}
        for change in new:
            for document in change.documents:
                touched.setdefault(document, []).append(change)
        return self._projection.states(site, touched)

    def _receipt(self, site: SiteReads, tenant: Tenant, now_ms: int) -> Receipt:
        """What the relay vouches for in one committed state, about no batch."""
        tips = site.tips()
        missing = sorted({gap.missing for gap in site.missing()})
        return Receipt(
            site=tenant.site,
            relay=self._identity.key,
            time=now_ms,
            tips=tuple(tips[:MAX_TIPS]),
            missing=tuple(missing[:MAX_MISSING]),
            more=len(tips) > MAX_TIPS or len(missing) > MAX_MISSING,
        )


def _require_own(tenant: Tenant, site: bytes) -> None:
    if site != tenant.site:
        raise UnknownSite


def _openings(changes: Iterable[Change], site: SiteReads) -> list[Opening]:
    found = []
    for change in changes:
        key = key_opened_by(change)
        if key is not None and site.signing_key(change.author) is None:
            found.append(Opening(change.author, change.id, key))
    return found


def _within_bound(
    site: SiteReads, changes: Sequence[Change], refused: list[RefusedBytes]
) -> list[Change]:
    """Those that extend a chain or leave their device at most 64 tips."""
    tips: dict[DeviceId, set[ChangeId]] = {}
    for tip in site.tips():
        tips.setdefault(tip.device, set()).add(tip.id)
    taken: list[Change] = []
    for change in changes:
        mine = tips.setdefault(change.device, set())
        extends = mine.intersection(change.previous)
        crowded = not extends and len(mine) >= MAX_TIPS_PER_DEVICE
        if crowded and not site.children(change.id):
            refused.append(TooManyTips())
            continue
        taken.append(change)
        mine -= extends
        if not crowded:
            mine.add(change.id)
    return taken


def _lacking(site: SiteReads, question: Question) -> tuple[list[bytes], bool]:
    """Changes that the asker's claims do not cover, and whether there are more of them."""
    entries: dict[DeviceId, list[HaveEntry]] = {}
    for claim in question.claims:
        entries.setdefault(claim.device, []).append(_entry(claim))
    found: dict[ChangeId, bytes] = {}
    size = 0
    for wanted, device in _wanted(site, question.claims):
        room = min(question.limit - len(found), MAX_BATCH_CHANGES)
        if room <= 0 or size >= MAX_UPLOAD_BYTES // 2:
            return list(found.values()), True
        want = Want(wanted, tuple(entries.get(device, [])[:MAX_ENTRIES_PER_DEVICE]), room)
        for data in answer(site, want):
            if len(found) < question.limit:
                found.setdefault(ChangeId(hashlib.sha256(data).digest()), data)
                size += len(data)
    return list(found.values()), len(found) >= question.limit > 0


def _wanted(site: SiteReads, claims: Sequence[Claim]) -> list[tuple[ChangeId, DeviceId]]:
    """Our tips that are not claimed, then what the asker misses and we hold."""
    claimed = {claim.tip for claim in claims}
    wanted = [(tip.id, tip.device) for tip in site.tips() if tip.id not in claimed]
    missing = {change: claim.device for claim in claims for change in claim.missing}
    return wanted + [(change, missing[change]) for change in sorted(site.holds_many(missing))]


def _entry(claim: Claim) -> HaveEntry:
    return HaveEntry(claim.device, claim.epoch, claim.sequence, claim.tip, claim.missing)


def _counted(refused: Iterable[RefusedBytes]) -> tuple[tuple[str, int], ...]:
    counts = Counter(error.code for error in refused)
    return tuple(sorted(counts.items()))[:MAX_REASONS]
