"""The members of the site as this terminal knows them, and telling the site of new ones.

Rules of this file:
1. Who is a member is what certificates prove (`crdt_models.documents.trust`); nothing is kept here.
2. Announcing is for people to see. A terminal that nobody announced is a member all the same, so
   whatever keeps an announcement from being written is logged, and tried again at the next start.
"""

import logging
from collections.abc import Callable, Iterable, Mapping

from crdt_models.certificates import Certificate
from crdt_models.change import decode_change
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.trust import AdmitMember, TrustView, admission_id, members_of
from crdt_models.documents.view import View
from crdt_models.errors import DomainError
from crdt_models.ids import TERMINALS, TRUST, DeviceId, DocumentId
from crdt_models.pedido import shown_number
from peer.node.node import Node
from peer.node.requests import Busy
from peer.node.shelf import build
from peer.service.sqlite_errors import NotDurable
from peer.storage.change_log import ChangeLog

_logger = logging.getLogger("malha.members")


def members(view: Callable[[DocumentId], View]) -> Mapping[DeviceId, Certificate]:
    """By device. view: `Node.view`."""
    terminals, trust = view(TERMINALS), view(TRUST)
    assert isinstance(terminals, TerminalsView), "the kind of a document decides its view"
    assert isinstance(trust, TrustView), "the kind of a document decides its view"
    return members_of(terminals, trust)


def members_in(log: ChangeLog) -> Mapping[DeviceId, Certificate]:
    """By device, of a terminal that is off."""
    return members(lambda each: build(each, map(decode_change, log.changes_of(each))).view)


async def announce(node: Node, chain: bytes) -> None:
    """Write that a member was admitted, once however often it is told.

    Raises InvalidField for what is no chain of this site, NotDurable, Busy.
    """
    await node.execute(AdmitMember(chain=chain), command_id=admission_id(node.site, chain))


async def announce_all(node: Node, chains: Iterable[bytes]) -> None:
    """Those of `chains` that the site was not told of yet are written. Raises nothing."""
    for chain in chains:
        try:
            await announce(node, chain)
        except (DomainError, NotDurable, Busy) as error:
            _logger.warning("member_not_announced reason=%s", error)


def number_of(node: Node, document: DocumentId) -> str | None:
    """What people call the order that a document is, with its place among those of one number; None
    for another document, and before the number has arrived."""
    view = node.view(document)
    return shown_number(view, node.number_rank(view.order)) if isinstance(view, OrderView) else None
