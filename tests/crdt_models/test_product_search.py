"""What people type finds what they mean, the same on every terminal and in the same order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models import product_search
from crdt_models.product_search import ProductSearch, Searched, folded, words_of

MENU = {
    "1": Searched(name="Calabresa Grande", category="Pizzas", codes=("10", "7894900011517")),
    "2": Searched(name="Calabresa Média", category="Pizzas", codes=("11",)),
    "3": Searched(name="Açaí na tigela", category="Sobremesas", codes=("AC-1",)),
    "4": Searched(name="Pão de queijo", category="Lanches", codes=("100",)),
    "5": Searched(name="Meia Calabresa, meia Muçarela", category="Pizzas", codes=("12",)),
}


def search(menu: dict[str, Searched]) -> ProductSearch:
    index: ProductSearch = ProductSearch()
    for key, searched in menu.items():
        index.put(key, searched)
    return index


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("acai", "3"),
        ("AÇAÍ", "3"),
        ("aça\u0069\u0301", "3"),  # the same accent as a mark of its own
        ("cal gra", "1"),
        ("gra CAL", "1"),
        ("calabresa", "125"),  # whose name begins with it come first
        ("muçarela calab", "5"),
        ("pizzas", "125"),
        ("10", "14"),  # the code itself before one that only begins so
        ("7894900011517", "1"),
        ("789490", "1"),
        ("ac-1", "3"),
        ("ac1", "3"),
        ("a c1", ""),  # its code with a space where none belongs: no word begins with c1
        ("queijo pão de", "4"),
        ("labresa", ""),
        ("calabresa açaí", ""),
        ("", ""),
        (" .,- ", ""),
    ],
)
def test_what_is_typed_finds_what_is_meant(query: str, found: str) -> None:
    assert "".join(search(MENU).find(query, 10)) == found


def test_a_limit_keeps_the_best() -> None:
    assert search(MENU).find("calabresa", 1) == ["1"]


def test_a_changed_or_removed_product_is_not_found_by_what_it_was() -> None:
    index = search(MENU)
    index.put("3", Searched(name="Cupuaçu", codes=("AC-1",)))
    assert index.find("açaí", 10) == []
    assert index.find("cupuacu", 10) == ["3"]
    index.remove("3")
    index.remove("3")
    assert index.find("cupuacu", 10) == []
    index.keep_only(["4"])
    assert len(index) == 1
    assert index.find("calabresa", 10) == []
    assert index.find("pao", 10) == ["4"]


letters = st.text("aáàãçCe 1-ﬁß", max_size=8)
products = st.builds(Searched, name=letters, category=letters, codes=st.tuples(letters))
menus = st.dictionaries(st.sampled_from("abcdef"), products)


def plain_find(menu: dict[str, Searched], query: str) -> list[str]:
    """The rules of the search, read aloud."""
    typed = words_of(query)
    found = []
    for key, each in menu.items():
        codes = ["".join(words_of(code)) for code in each.codes]
        words = [*words_of(each.name), *words_of(each.category), *codes]
        words += [word for code in each.codes for word in words_of(code)]
        if typed and all(any(w.startswith(t) for w in words if w) for t in typed):
            name = " ".join(words_of(each.name))
            exact = "".join(typed) in codes
            tier = 0 if exact else 1 if name.startswith(" ".join(typed)) else 2
            found.append((tier, name, key))
    return [key for _, _, key in sorted(found)]


@given(menus, menus, letters)
def test_after_any_changes_it_finds_what_a_plain_look_finds(
    before: dict[str, Searched], after: dict[str, Searched], query: str
) -> None:
    index = search(before)
    index.keep_only(after)
    for key, searched in after.items():
        index.put(key, searched)
    assert index.find(query, 10) == plain_find(after, query)


@pytest.mark.parametrize("many", [0, 2, 500])
@given(menu=menus, query=letters, limit=st.integers(0, 6))
def test_many_and_few_are_listed_alike(
    many: int, menu: dict[str, Searched], query: str, limit: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(product_search, "MANY", many)
        assert search(menu).find(query, limit) == plain_find(menu, query)[:limit]


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert words_of(text) == words_of(folded(text))
