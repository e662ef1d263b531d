"""Finds products as people type: without accents, without capitals, the beginnings of words.

Rules of this file:
1. `Açaí` and `ACAI` are one word: NFKD without its marks, casefolded. Words are runs of letters and
   digits.
2. Every word that was typed must begin some word of the product: of its name, its category, its
   code or its barcodes. `cal gra` finds `Calabresa Grande`, `7891` what bears such a barcode.
3. The order is stated, so all terminals list alike: first whose code or barcode is exactly
   what was typed, then whose name begins with it, then the others; each by name, then by key.
4. One product is put or removed alone; nothing is built anew when a price changes.
"""

import re
import unicodedata
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import msgspec

MAX_WORDS = 8  # of a query: whoever types more has found it long ago, or never will
MANY = 500  # found so far: from here on, looking at each costs more than looking at all
_WORDS = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # sorts after every continuation of a prefix


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for in one product. codes: its code and its barcodes."""

    name: str
    category: str = ""
    codes: tuple[str, ...] = ()


def folded(text: str) -> str:
    """Without accents and capitals: `Pão de Queijo` → `pao de queijo`."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORDS.findall(folded(text))


class _Entry(msgspec.Struct, frozen=True):
    """order: (folded name, key), what it is listed by · words: every one it can be found by ·
    codes: folded."""

    searched: Searched
    order: tuple[str, str]
    words: frozenset[str]
    codes: frozenset[str]


class ProductSearch:
    """An index in memory. Keys are the caller's own names of its products."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._keys: dict[str, set[str]] = {}  # by word
        self._words: list[str] = []  # sorted, each once
        self._ordered: list[tuple[str, str]] = []  # (folded name, key), sorted

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: str, searched: Searched) -> None:
        """From now on it is found by this, and by nothing else."""
        known = self._entries.get(key)
        if known is not None and known.searched == searched:
            return
        self.remove(key)
        entry = _entry(key, searched)
        self._entries[key] = entry
        insort(self._ordered, entry.order)
        for word in entry.words:
            if word not in self._keys:
                self._keys[word] = set()
                insort(self._words, word)
            self._keys[word].add(key)

    def remove(self, key: str) -> None:
        """It is found no more. What is not there stays away."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        del self._ordered[bisect_left(self._ordered, entry.order)]
        for word in entry.words:
            self._keys[word].discard(key)
            if not self._keys[word]:
                del self._keys[word]
                del self._words[bisect_left(self._words, word)]

    def keep_only(self, keys: Iterable[str]) -> None:
        """All others are found no more."""
        for key in self._entries.keys() - set(keys):
            self.remove(key)

    def find(self, query: str, limit: int) -> list[str]:
        """At most `limit` of them, best first (rule 3). A query without words finds nothing."""
        words = words_of(query)[:MAX_WORDS]
        if not words:
            return []
        # The longest word leaves the fewest, and most of the work is in what is left.
        first, *others = sorted(set(words), key=len, reverse=True)
        found = self._beginning_with(first)
        for word in others:
            found = self._narrowed(found, word)
        return list(islice(self._best_first(found, words), limit))

    def _beginning_with(self, prefix: str) -> set[str]:
        here = _beginning(self._words, prefix)
        found: set[str] = set()
        return found.union(*(self._keys[word] for word in self._words[here]))

    def _narrowed(self, found: set[str], prefix: str) -> set[str]:
        if len(found) > MANY:
            return found & self._beginning_with(prefix)
        return {
            key
            for key in found
            if any(word.startswith(prefix) for word in self._entries[key].words)
        }

    def _best_first(self, found: set[str], words: list[str]) -> Iterator[str]:
        typed, start = "".join(words), " ".join(words)
        exact = {key for key in self._keys.get(typed, ()) if typed in self._entries[key].codes}
        exact &= found
        if len(found) > MANY:
            order = self._ordered
        else:
            order = sorted(self._entries[key].order for key in found)
        begun = _named(order, start)
        yield from (key for _, key in sorted(self._entries[key].order for key in exact))
        rest = chain(order[begun], order[: begun.start], order[begun.stop :])
        yield from (key for _, key in rest if key in found and key not in exact)


def _beginning(words: list[str], prefix: str) -> slice:
    """Where those stand that begin so."""
    first = bisect_left(words, prefix)
    return slice(first, bisect_left(words, prefix + _LAST, first))


def _named(ordered: list[tuple[str, str]], start: str) -> slice:
    """Where those stand whose name begins so."""
    first = bisect_left(ordered, (start, ""))
    return slice(first, bisect_left(ordered, (start + _LAST, ""), first))


def _entry(key: str, searched: Searched) -> _Entry:
    name = words_of(searched.name)
    codes = frozenset("".join(words_of(code)) for code in searched.codes)
    of_codes = (word for code in searched.codes for word in words_of(code))
    words = frozenset([*name, *words_of(searched.category), *of_codes, *codes]) - {""}
    return _Entry(searched, (" ".join(name), key), words, codes)
