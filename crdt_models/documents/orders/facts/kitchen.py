"""How far the kitchen and the dining room are with the lines."""

from typing import ClassVar

from crdt_models.documents.fields import FactRefs, LineRefs
from crdt_models.fact import Fact


class LinesSent(Fact, frozen=True, tag="lines_sent"):
    """Lines went to the kitchen. cancellations_seen: cancellations of them that the sender knew."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"cancellations_seen"})

    lines: LineRefs
    cancellations_seen: FactRefs = ()


class LinesPreparing(Fact, frozen=True, tag="lines_preparing"):
    """The kitchen began."""

    lines: LineRefs


class LinesReady(Fact, frozen=True, tag="lines_ready"):
    """To be fetched."""

    lines: LineRefs


class LinesDelivered(Fact, frozen=True, tag="lines_delivered"):
    """At the customer."""

    lines: LineRefs
