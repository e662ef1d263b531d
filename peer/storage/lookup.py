"""Reading many rows by key in few statements.

SQLite prepares a statement anew for each count of `?`, so lists are cut and padded to a handful of
sizes: every such statement stays prepared.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from peer.service.sqlite_driver import SqlRow, SqlValue

_SIZES = (1, 8, 64, 512)
CHUNK = _SIZES[-1]

Fetch = Callable[[str, Sequence[SqlValue]], Iterable[SqlRow]]


def rows_in(fetch: Fetch, sql: str, keys: Iterable[SqlValue]) -> Iterator[SqlRow]:
    """The rows of `sql`, whose only parameters are the list written as `(??)`, for all keys."""
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        size = next(size for size in _SIZES if size >= len(part))
        padded = part + [part[-1]] * (size - len(part))
        yield from fetch(sql.replace("(??)", f"({','.join('?' * size)})"), padded)
