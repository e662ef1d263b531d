"""What people asked for and what they were told: the memory that checkers hold a shop against.

Rules of this file:
1. A deed is one thing that one person wanted, under one Idempotency-Key; it may take several
   attempts, at several terminals. A look (GET) is a deed without a key.
2. One acknowledged attempt makes the deed acknowledged: it must never be lost. Refused: every
   attempt was refused, so it must have no effect. Anything else is unknown: either may be true.
3. An answer that no front end should ever get is a surprise, kept with all that it takes to see it
   again. Nothing here knows the product, only its API's answers.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct, field

from simulations.workload.sights import Sight, is_order, sight_of
from simulations.workload.till import JSON, Answer

Outcome = Literal["acknowledged", "refused", "unknown"]

# "Not now, send it again": whether it happened is unknown.
NOT_NOW = frozenset({"not_durable", "disk_full", "storage_broken", "busy"})
# What a till may be told when others act at the same time, elsewhere, or unheard.
LEGITIMATE = frozenset({
    "account_is_blocked", "ambiguous_product", "count_is_old", "count_is_there", "count_missing",
    "authorisation_used", "not_authorised", "not_entered",
    "day_has_open_shifts", "day_is_final",
    "shift_is_ended", "shift_is_open", "shift_of_another_terminal", "unknown_shift",
    "bill_is_closed", "bill_is_open", "card_is_blocked", "card_is_in_use", "charges_stay",
    "unknown_card",
    "credit_limit_exceeded", "more_than_is_left", "more_than_the_line", "needs_upgrade", "no_lines",
    "not_everyone_updated", "not_sold_by_halves", "order_is_cancelled", "order_is_merged",
    "order_is_not_cancelled", "paid_order", "paid_order_stays", "paid_part_stays",
    "part_already_paid", "payment_above_balance", "payment_is_denied", "product_exists",
    "product_not_active", "refund_above_paid",
    "reservation_is_over", "settlement_above_balance", "sold_out", "stale_version", "table_exists",
    "stock_is_open", "table_is_booked", "unknown_account", "unknown_area", "unknown_destination",
    "unknown_discount",
    "unknown_dispute", "unknown_line", "unknown_option", "unknown_order", "unknown_payment",
    "unknown_product", "unknown_reservation", "unknown_share", "unknown_table", "table_not_here",
    "table_is_occupied", "unpaid_bill",
    "window_leaves_day", "wrong_number_of_choices",
})  # fmt: skip
ORDERS = "/api/pedidos"
SETTINGS = "/api/configuracoes"
STAFF = "/api/operadores"
DOWN = 0  # the status of an attempt that nobody answered


class Attempt(Struct, frozen=True):
    """One call. at, until: virtual seconds · status: HTTP, or DOWN · code: of the problem ·
    replayed: the answer says that it had happened before · sight: the order as answered ·
    durability: where it says that it is stored."""

    letters: str
    at: float
    until: float
    status: int
    code: str = ""
    replayed: bool = False
    sight: Sight | None = None
    durability: str = ""

    @property
    def outcome(self) -> Outcome:
        """What this call alone says."""
        if self.status == DOWN or (self.status == 503 and self.code in NOT_NOW):
            return "unknown"
        return "acknowledged" if self.status < 300 else "refused"


class Deed(Struct):
    """act: what it is (`pay`, `close`, …) · who: the person · order: its id, "" for none or not yet
    known · key: "" for a look · version: for If-Match · token: of who entered with a PIN ·
    attempts: by time · told: the first acknowledgement's body, where it is no order."""

    act: str
    who: str
    method: str
    path: str
    body: JSON = None
    key: str = ""
    order: str = ""
    version: str = ""
    token: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    told: JSON = None

    @property
    def outcome(self) -> Outcome:
        """What all its attempts together say."""
        return outcome_of(self.attempts)

    @property
    def answer(self) -> Attempt | None:
        """The first acknowledgement."""
        return next((each for each in self.attempts if each.outcome == "acknowledged"), None)


def outcome_of(attempts: Sequence[Attempt]) -> Outcome:
    """A deed that was never tried has no effect either."""
    outcomes = [each.outcome for each in attempts]
    if "acknowledged" in outcomes:
        return "acknowledged"
    return "unknown" if "unknown" in outcomes else "refused"


class Surprise(Struct, frozen=True):
    """An answer that no front end should get. order: "" for none · body: what was sent · answer:
    what came back."""

    why: str
    order: str
    letters: str
    at: float
    act: str
    method: str
    path: str
    key: str
    body: JSON
    status: int
    answer: JSON

    def __str__(self) -> str:
        asked = f"{self.method} {self.path} with {self.body!r} and key {self.key or '-'}"
        told = f"{self.status} {self.answer!r}"
        return f"{self.letters} at {self.at:.3f} s, {self.act}, {self.why}: {asked} → {told[:600]}"


class Ledger:
    """Everything people did. scenes: how often each situation of `scenes` was played."""

    def __init__(self) -> None:
        self.deeds: list[Deed] = []
        self.surprises: list[Surprise] = []
        self.scenes: Counter[str] = Counter()

    def begin(self, deed: Deed) -> Deed:
        """Somebody wants something."""
        self.deeds.append(deed)
        return deed

    def attempted(
        self, deed: Deed, letters: str, at: float, until: float, answer: Answer | None
    ) -> Attempt:
        """One call is over. answer: None when the terminal went off first."""
        if answer is None:
            attempt = Attempt(letters, at, until, DOWN)
        else:
            sight, why = _seen(deed, answer)
            attempt = Attempt(
                letters,
                at,
                until,
                answer.status,
                code="" if answer.status < 300 else _code(answer),
                replayed=answer.headers.get("idempotency-replayed") == "true",
                sight=sight,
                durability=answer.headers.get("malha-durability", ""),
            )
            why = why or _strange(deed, attempt)
            if why:
                self.surprises.append(_surprise(why, deed, letters, at, answer))
            if attempt.outcome == "acknowledged" and not deed.path.startswith(ORDERS):
                deed.told = deed.told or answer.body
        deed.attempts.append(attempt)
        if attempt.sight is not None and not deed.order:
            deed.order = attempt.sight.id
        return attempt

    def acknowledged(self) -> Iterator[Deed]:
        """Writes that must never be lost."""
        return (each for each in self.deeds if each.key and each.outcome == "acknowledged")

    def unknown(self) -> Iterator[Deed]:
        """Writes that may have happened."""
        return (each for each in self.deeds if each.key and each.outcome == "unknown")

    @property
    def orders(self) -> list[str]:
        """Ids of the orders that somebody was told of, in that order."""
        return list(dict.fromkeys(each.order for each in self.deeds if each.order))

    @property
    def calls(self) -> int:
        """Calls to the API, unanswered ones included."""
        return sum(len(each.attempts) for each in self.deeds)

    @property
    def coverage(self) -> dict[str, Counter[str]]:
        """act → `acknowledged`, `down` and problem codes → how many attempts."""
        acts: dict[str, Counter[str]] = {}
        for deed in self.deeds:
            told = acts.setdefault(deed.act, Counter())
            told.update(_told(each) for each in deed.attempts)
        return dict(sorted(acts.items()))

    @property
    def refusals(self) -> Counter[str]:
        """Problem code → how many attempts."""
        total: Counter[str] = Counter()
        for told in self.coverage.values():
            total.update(told)
        del total["acknowledged"], total["down"]
        return total

    def lines(self) -> Iterator[str]:
        """Every attempt in one line, in the order in which deeds began: equal for equal runs."""
        for deed in self.deeds:
            asked = f"{deed.who} {deed.act} {deed.method} {deed.path} {deed.key} {deed.body}"
            for each in deed.attempts:
                told = f"{each.status} {each.code} {each.sight and each.sight.version}"
                yield f"{each.at:.6f} {each.until:.6f} {each.letters} {asked} → {told}"


def _seen(deed: Deed, answer: Answer) -> tuple[Sight | None, str]:
    """The order that the answer shows; or what is wrong with it."""
    is_list = deed.path.startswith(f"{ORDERS}?")
    if answer.status >= 300 or not deed.path.startswith(ORDERS) or is_list:
        return None, ""
    if not is_order(answer.body):
        return None, "an answer that is no pedido"
    try:
        return sight_of(answer.body), ""
    except (KeyError, TypeError, ValueError) as error:
        return None, f"a pedido that cannot be read ({error!r})"


def _strange(deed: Deed, attempt: Attempt) -> str:
    """Why no front end should get this; "" when it may."""
    if attempt.outcome == "refused" and attempt.code not in LEGITIMATE:
        return "an answer that nothing here deserves"
    if attempt.replayed and not deed.attempts:
        return "a replay of what was never asked"
    return ""


def _surprise(why: str, deed: Deed, letters: str, at: float, answer: Answer) -> Surprise:
    return Surprise(
        why=why,
        order=deed.order,
        letters=letters,
        at=at,
        act=deed.act,
        method=deed.method,
        path=deed.path,
        key=deed.key,
        body=deed.body,
        status=answer.status,
        answer=answer.body,
    )


def _code(answer: Answer) -> str:
    code = answer.body.get("code") if isinstance(answer.body, dict) else None
    return str(code or answer.status)


def _told(attempt: Attempt) -> str:
    if attempt.status == DOWN:
        return "down"
    return "acknowledged" if attempt.status < 300 else attempt.code
