"""The table behind `problems`: every code that may reach a person, and what it says to them.

Rules of this folder:
1. A row is: status, title (what happened), cure (what to do), detail (with the error's details in
   braces; the title serves when there is none).
2. Portuguese of a shop floor: short, no jargon, no blame.
3. Statuses: 404 it does not exist · 409 the state does not allow it · 412 it changed meanwhile ·
   422 the content is wrong · 503 not now, the same request may be sent again.
"""

from peer.service.problem_texts.at_the_start import STARTING
from peer.service.problem_texts.of_accounts import ACCOUNTS
from peer.service.problem_texts.of_cash import CASH
from peer.service.problem_texts.of_requests import BYTES, RELAY, REQUESTS, STORAGE
from peer.service.problem_texts.of_staff import STAFF
from peer.service.problem_texts.of_the_catalog import BARCODES, CATALOG, FILES
from peer.service.problem_texts.of_the_shop import COMMANDS, ORDERS, TABLES
from peer.service.problem_texts.of_the_stock import STOCK
from peer.service.problem_texts.text import Text

__all__ = ["PROBLEMS", "Text"]

PROBLEMS: dict[str, Text] = {
    **REQUESTS,
    **STORAGE,
    **COMMANDS,
    **ORDERS,
    **TABLES,
    **CATALOG,
    **BARCODES,
    **FILES,
    **ACCOUNTS,
    **CASH,
    **STOCK,
    **STAFF,
    **BYTES,
    **RELAY,
    **STARTING,
}
