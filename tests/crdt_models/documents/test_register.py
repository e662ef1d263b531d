from hypothesis import given
from hypothesis import strategies as st

from crdt_models.documents.register import Register, Write
from crdt_models.fact import Stamp
from crdt_models.ids import FactId


def write(name: str, hlc: int, *replaces: str) -> Write[str]:
    seen = frozenset(FactId(each) for each in replaces)
    return Write(FactId(name), Stamp(hlc, name.encode(), 0), name, seen)


def test_an_unwritten_register_has_the_default() -> None:
    register: Register[str] = Register([])
    assert register.value("default") == "default"
    assert register.heads == ()
    assert register.losers == ()


def test_the_clock_breaks_ties_of_concurrent_writes_only() -> None:
    register = Register([write("a", 9), write("b", 5), write("c", 1, "a")])
    assert register.heads == ("b", "c")
    assert register.value("") == "b"
    assert [each.id for each in register.losers] == ["c"]


def test_an_edit_on_top_wins_against_any_clock() -> None:
    register = Register([write("a", 2**64 - 1), write("b", 0, "a")])
    assert register.value("") == "b"


def test_a_reference_to_an_unknown_write_does_no_harm() -> None:
    assert Register([write("a", 1, "nobody")]).value("") == "a"


def test_writes_that_replace_each_other_leave_a_value() -> None:
    """As when one command is told twice: x, then y on top of it, then x again on top of y."""
    register = Register([write("x", 1, "y"), write("y", 2, "x")])
    assert register.heads == ("x", "y")
    assert register.value("") == "y"


def test_what_a_cycle_replaced_stays_replaced() -> None:
    cycle = [write("x", 1, "y", "old"), write("y", 2, "x")]
    assert Register([*cycle, write("old", 99)]).value("") == "y"
    assert Register([*cycle, write("new", 0, "y")]).heads == ("new",)


def test_a_cycle_below_a_cycle_is_replaced() -> None:
    upper = [write("a", 1, "b", "c"), write("b", 2, "a")]
    lower = [write("c", 50, "d"), write("d", 60, "c")]
    assert Register([*lower, *upper]).heads == ("a", "b")


@st.composite
def graphs(draw: st.DrawFn) -> list[Write[str]]:
    names = [f"w{i}" for i in range(draw(st.integers(1, 7)))]
    chosen = st.lists(st.sampled_from(names), max_size=3)
    return [write(name, draw(st.integers(0, 3)), *draw(chosen)) for name in names]


@given(graphs(), st.randoms(use_true_random=False))
def test_heads_are_the_writes_that_nothing_outside_their_cycle_replaces(
    writes: list[Write[str]], dice: object
) -> None:
    """Against a plain closure of the relation."""
    above = {one.id: {other.id for other in writes if one.id in other.replaces} for one in writes}
    for _ in writes:
        above = {
            one: found | {each for other in found for each in above[other]}
            for one, found in above.items()
        }
    expected = {one for one, found in above.items() if all(one in above[each] for each in found)}
    shuffled = list(writes)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    register = Register(shuffled)
    assert set(register.heads) == expected
    assert register.current is not None
    assert register.current.stamp == max(w.stamp for w in writes if w.id in expected)
