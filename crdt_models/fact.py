"""Facts: the immutable things that happened, the only things ever written.

Rules of this file:
1. A fact travels as a body `[tag, must_understand, {field: value}]`. Fields at their default are
   left out. The body is what is signed and stored; the typed fact is only how this version reads
   it.
2. What this version cannot read (a newer tag, a broken schema) becomes `Unknown`: kept, forwarded,
   and skipped by every view. It never raises.
3. A fact names what it relied on (writes it replaces, sends it saw). Those fields, listed in
   `RELIES` (or by the fact itself, see `relied_on`), are not part of what its author meant: two
   executions of one command may rely on different things and still be the same fact.
"""

from typing import Any, ClassVar, NamedTuple, cast

import msgspec

from crdt_models.canonical_cbor import Value, encode
from crdt_models.ids import CommandId, DeviceId, FactId, OperatorId, SiteId

Body = list[Value]

_TAG_FIELD = "fact"


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, tag_field=_TAG_FIELD):
    """Base of every fact. Subclass with `tag="snake_case"`; the tag is the fact's name for ever.

    A field may be added only with a default, and only if a reader that ignores it does no harm.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset()
    MUST_UNDERSTAND: ClassVar[bool] = False
    PERSONAL: ClassVar[frozenset[str]] = frozenset()  # fields that tell of a customer as a person

    def relied_on(self) -> frozenset[str]:
        """The fields that say what the author knew, not what was meant."""
        return self.RELIES

    @classmethod
    def tag(cls) -> str:
        """The name under which this fact is stored."""
        return cast(str, cls.__struct_config__.tag)


class Unknown(Fact, frozen=True, tag="unknown"):
    """A fact that this version does not understand.

    named: its tag. must_understand: whether it blocks closing. reason: why it was not read.
    """

    named: str
    must_understand: bool
    reason: str


class Stamp(NamedTuple):
    """Total order of writes: clock, then change, then place in the change.

    hlc: packed hybrid logical clock. change: first 16 bytes of the change id. place: index in it.
    """

    hlc: int
    change: bytes
    place: int


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One fact as a view receives it, with what its change says about it.

    business_day: days since 1970-01-01, chosen by the writer. index: place of the fact in its
    change. site: what certificates in the fact are judged by.
    """

    id: FactId
    stamp: Stamp
    fact: Fact
    body: Body
    device: DeviceId
    operator: OperatorId | None
    business_day: int
    command_id: CommandId
    index: int
    site: SiteId

    @property
    def command_key(self) -> tuple[bytes, int]:
        """Equal for the facts that one command wrote at the same place, on whichever terminal."""
        return self.command_id, self.index

    def intent(self) -> bytes:
        """Canonical bytes of what the author meant: the body without what it relied on."""
        tag, must_understand, fields = self.body
        relied_on = self.fact.relied_on()
        kept = {
            name: value
            for name, value in cast(dict[str, Value], fields).items()
            if name not in relied_on
        }
        return encode([tag, must_understand, kept])


def body_of(fact: Fact) -> Body:
    """The body of a fact, ready to be signed."""
    fields = cast(dict[str, Value], msgspec.to_builtins(fact, builtin_types=(bytes,)))
    fields.pop(_TAG_FIELD, None)
    return [fact.tag(), fact.MUST_UNDERSTAND, fields]


def fact_of(body: Body) -> Fact:
    """The typed fact of a well-formed body, or `Unknown`. Never raises on a well-formed body."""
    tag, must_understand, fields = body
    known = _by_tag.get(cast(str, tag)) or _known_facts().get(cast(str, tag))
    if known is None:
        return Unknown(cast(str, tag), bool(must_understand), "newer than this version")
    try:
        return msgspec.convert(fields, known, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        return Unknown(cast(str, tag), bool(must_understand), str(error))


_by_tag: dict[str, type[Fact]] = {}


def _known_facts() -> dict[str, type[Fact]]:
    """Tags to classes; completed when a module has defined more facts since."""
    classes = Fact.__subclasses__()
    if len(classes) != len(_by_tag) + 1:  # one of them is Unknown, which has no tag of its own
        for known in classes:
            if known is not Unknown:
                other = _by_tag.setdefault(known.tag(), known)
                assert other is known, f"two facts are called {known.tag()}"
    return _by_tag


def known_tags() -> list[str]:
    """Every tag this version understands, sorted: what `author_opened` announces."""
    return sorted(_known_facts())


def is_body(value: Any) -> bool:
    """Whether a decoded value has the form of a body: `[tag, must_understand, {field: value}]`."""
    return (
        type(value) is list
        and len(value) == 3
        and type(value[0]) is str
        and 0 < len(value[0]) <= 64
        and type(value[1]) is bool
        and type(value[2]) is dict
    )
