"""Holds the final JSON of every order against what people were promised, in sentences.

Rules of this file:
1. It knows the API's rules as its documentation states them, and nothing of how they are kept.
2. Whatever may legitimately differ (two people at once, a call without an answer) is allowed here
   explicitly, beside the check; nothing is compared "roughly".
3. One function per promise, one line per function in the tables.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simulations.workload import bill_audit
from simulations.workload.card_scenes import SPARE
from simulations.workload.ledger import Attempt, Deed, Ledger, Surprise
from simulations.workload.promises import (
    NOTHING_EXCUSED,
    Case,
    Excuses,
    Mark,
    audited,
    cases,
    marks_in,
    marks_of,
    shown_mark,
    target,
)
from simulations.workload.sights import FIELDS, STAGES, SeenLine, Sight, sight_of
from simulations.workload.till import JSON

NONE = NOTHING_EXCUSED
_BEGUN = STAGES.index("preparando")


def check_ledger(ledger: Ledger, orders: Mapping[str, JSON], excuses: Excuses = NONE) -> list[str]:
    """Sentences, none when all is well.

    orders: id → pedido, as any one terminal shows each in the end; orders that nobody was told of
    may be there too · excuses: what of all this need not hold.
    """
    found = [f"surprise: {each}" for each in ledger.surprises if _is_strange(each, excuses)]
    deeds = audited(ledger, excuses)
    known = cases(deeds)
    final = {order: sight_of(pedido) for order, pedido in orders.items()}
    pieces: dict[str, list[SeenLine]] = {}
    for line in (line for sight in final.values() for line in sight.lines):
        pieces.setdefault(line.mark, []).append(line)
    struck = _struck_out(known)
    given = [deed for case in known.values() for deed in case.may("discount")]
    generous = {deed.body["motivo"]: deed for deed in given if "item_id" in deed.body}
    joined = {order for order, case in known.items() if case.may("merge")}
    behind = {deed.body["motivo"]: deed for deed in given if deed.order in joined}
    for case in known.values():
        case.pieces, case.struck, case.generous = pieces, struck, generous
        case.left_behind = behind
    for order, case in known.items():
        if order not in final:
            first = case.promise.sights[0][0]
            found.append(f"order {order} is absent: {first.letters} showed it at {first.until:.3f}")
            continue
        for check in _CHECKS:
            found += [f"order {order}: {each}" for each in check(case, final[order])]
        for remembers in (_memory, _replays):
            found += [f"order {order}: {each}" for each in remembers(case, excuses)]
    return [*found, *_marks(deeds, known, final)]


def _is_strange(surprise: Surprise, excuses: Excuses) -> bool:
    """People follow what they are shown: absurd figures of an order of which nothing is promised
    make absurd requests, and refusing those is right."""
    return surprise.status >= 500 or excuses.knows(surprise.order)


# --- things that were shown


def _lines(case: Case, final: Sight) -> Iterator[str]:
    """No line vanishes or changes its price; what is left is what nobody struck out."""
    shown = {line.id: line for line in final.lines}
    added = {item["id_externo"]: item for item in _items(case)}
    for line in case.promise.lines.values():
        item = added.get(line.mark)
        quantity = item["quantidade_milesimos"] if item else line.left + line.cancelled
        seen = shown.get(line.id)
        if case.gives_lines_away or (item is None and seen is None):
            yield from _moved(case, line, quantity, item)
            continue
        least, most = _struck(case, line.id, quantity)
        if seen is None:
            # A closed bill does not list what was struck out before.
            if final.figures is None or most < quantity:
                yield f"line {line.id} is absent"
            continue
        price = _price(case, item, line) if item else None
        if price is not None and seen.unit != price:
            yield f"line {line.id} costs {seen.unit}, not {price}"
        if not least <= seen.cancelled <= most:
            yield f"line {line.id}: {seen.cancelled} are struck out, not {least} to {most}"
        billed = final.figures is not None and not seen.late
        if not quantity - most <= seen.left <= (quantity if billed else quantity - least):
            struck = f"{least} to {most} struck out"
            yield f"line {line.id}: {seen.left} of {quantity} are left, {struck}"


def _moved(case: Case, line: SeenLine, quantity: int, item: JSON | None) -> Iterator[str]:
    """A line that may have changed places is somewhere, and so is every part of it, once. Closed
    bills may list it twice; what was struck out is on no closed bill."""
    pieces = case.pieces.get(line.mark, ())
    there = sum(each.left + each.cancelled for each in pieces)
    unlisted = max(0, case.struck.get(line.mark, 0) - sum(each.cancelled for each in pieces))
    if not pieces and unlisted < quantity:
        yield f"line {line.id} is absent, on every order"
    price = None if item is None else _price(case, item, line)
    for each in pieces:
        if price is not None and each.unit != price:
            yield f"line {each.id} costs {each.unit}, not {price}"
    least = quantity - unlisted
    if item and pieces and (there < least or (there > quantity and not case.may("close"))):
        yield f"line {line.id}: {there} of {quantity} are there, on {len(pieces)} orders"


def _struck_out(known: Mapping[str, Case]) -> Mapping[str, int]:
    """By mark of a line: the most that may be struck out of it and its parts, on any order."""
    lines = {line.id: line for case in known.values() for line in case.promise.lines.values()}
    found: Counter[str] = Counter()
    for deed in (deed for case in known.values() for deed in case.may("strike")):
        line = lines.get(target(deed))
        if line is not None:
            whole = line.left + line.cancelled
            found[line.mark] += deed.body.get("quantidade_milesimos", whole)
    return found


def _price(case: Case, item: JSON, line: SeenLine) -> int | None:
    """What was asked for; what was first shown, where a catalog said it. None: one key may have
    been executed twice, by catalogs that say different things."""
    if "preco_unitario_centavos" in item:
        return int(item["preco_unitario_centavos"])
    adding = (
        deed
        for meaning in ("open", "add", "edit")
        for deed in case.may(meaning)
        if item in deed.body.get("itens", ())
    )
    tries = [each for deed in adding for each in deed.attempts]
    made = [each for each in tries if each.outcome != "refused" and not each.replayed]
    return line.unit if len(made) == 1 else None


def _items(case: Case) -> Iterator[JSON]:
    for meaning in ("open", "add", "edit"):
        for deed in case.may(meaning):
            yield from (each for each in deed.body.get("itens", ()) if "id" not in each)


def _struck(case: Case, line: str, quantity: int) -> tuple[int, int]:
    """Thousandths that are certainly struck out, and that may be: each key counts once."""
    least = most = 0
    for deed in case.may("strike"):
        if target(deed) == line:
            some = deed.body.get("quantidade_milesimos", quantity)
            most += some
            least += some if deed.outcome == "acknowledged" else 0
    return min(least, quantity), min(most, quantity)


def _stages(case: Case, final: Sight) -> Iterator[str]:
    """What the kitchen reported stands, unless somebody took a line back."""
    recalled = {line for deed in case.may("recall") for line in deed.body["itens"]}
    shown = {line.id: line for line in final.lines}
    furthest: dict[str, int] = {}
    for _, sight in case.promise.sights:
        for line in sight.lines:
            furthest[line.id] = max(furthest.get(line.id, 0), line.stage)
    for line_id, stage in furthest.items():
        seen = shown.get(line_id)
        if line_id in recalled:
            continue
        if seen is not None and 0 <= seen.stage < stage:
            yield f"line {line_id} is back at stage {seen.stage}, it was at {stage}"


def _kitchen(case: Case, final: Sight) -> Iterator[str]:
    """A course waits until somebody fires it; a line is made where somebody wants it made."""
    items = {item["id_externo"]: item for item in _items(case)}
    for line in final.lines:
        item = items.get(line.mark)
        if item is None:
            continue
        routes = [each for each in case.may("route") if line.id in each.body["itens"]]
        stations = [each.body["estacao"] for each in routes]
        if not any(each.outcome == "acknowledged" for each in routes):
            asked = item.get("estacao", "" if "preco_unitario_centavos" in item else None)
            stations.append(line.station if asked is None else asked)  # the catalog says it
        if line.station not in stations:
            yield f"line {line.id} is made at {line.station!r}, which is none of {stations!r}"
        yield from _fired(case, line, item.get("etapa", 0))


def _fired(case: Case, line: SeenLine, course: int) -> Iterator[str]:
    fires = [each for each in case.may("fire") if _is_about(each, line.id, course)]
    surely = [
        each
        for each in fires
        if each.outcome == "acknowledged" and (each.body.get("itens") or each.body.get("etapa"))
    ]
    if line.fired and course and not fires and 0 <= line.stage < _BEGUN:
        yield f"line {line.id} may be made, though nobody fired course {course}"
    if not line.fired and (not course or (surely and not case.may("hold"))):
        yield f"line {line.id} waits, though its course {course} was fired"


def _is_about(fire: Deed, line: str, course: int) -> bool:
    if "itens" in fire.body:
        return line in fire.body["itens"]
    return fire.body.get("etapa") in (None, course)


def _payments(case: Case, final: Sight) -> Iterator[str]:
    shown = {each.id: each for each in final.payments}
    for each in case.promise.payments.values():
        seen = shown.get(each.id)
        if seen is None:
            yield f"payment {each.id} of {each.centavos} centavos is absent"
        elif (seen.centavos, seen.method, seen.tip) != (each.centavos, each.method, each.tip):
            told = f"{each.centavos} by {each.method} with a tip of {each.tip}"
            yield (
                f"payment {each.id} is {seen.centavos} by {seen.method} with a tip of {seen.tip},"
                f" it was {told}"
            )


def _refunds(case: Case, final: Sight) -> Iterator[str]:
    shown = {each.id: each for each in final.refunds}
    for each in case.promise.refunds.values():
        seen = shown.get(each.id)
        if seen is None:
            yield f"refund {each.id} of {each.centavos} centavos is absent"
        elif (seen.centavos, seen.payment) != (each.centavos, each.payment):
            yield f"refund {each.id} is {seen.centavos} centavos, it was {each.centavos}"


def _outcomes(case: Case, final: Sight) -> Iterator[str]:
    """A payment counts unless it waits for the acquirer or is another's copy."""
    asked = {mark: deed for deed in case.may("pay") for mark in marks_of(deed)}
    confirmed = {target(each) for each in case.did("confirm")}
    perhaps = {target(each) for each in case.may("confirm")}
    denied = {target(each) for each in case.did("deny")}
    maybe_denied = {target(each) for each in case.may("deny")}
    for each in final.payments:
        deed = asked.get(shown_mark(each, final.id))
        if deed is None:
            continue
        allowed = {"confirmado", "duplicado"}
        if deed.body.get("pendente") and each.id not in confirmed:
            allowed = {"negado"} if each.id in denied else {"pendente"}
            allowed |= {"negado"} if each.id in maybe_denied else set()
            allowed |= {"confirmado", "duplicado"} if each.id in perhaps else set()
        if each.status not in allowed:
            yield f"payment {each.id} is {each.status}, not {' or '.join(sorted(allowed))}"


def _copies(case: Case, final: Sight) -> Iterator[str]:
    """One acquirer transaction counts exactly once, however often it was recorded."""
    groups: dict[tuple[str, int], Counter[str]] = {}
    for each in final.payments:
        if each.transaction:
            group = groups.setdefault((each.transaction, each.centavos), Counter())
            group[each.status] += 1
    for (transaction, _), told in groups.items():
        if told["confirmado"] > 1 or (told["duplicado"] and not told["confirmado"]):
            yield f"transaction {transaction} counts {told['confirmado']} times"


# --- figures


def _status(case: Case, final: Sight) -> Iterator[str]:
    is_cancelled = final.status == "cancelado"
    if case.did("cancel") and not case.may("restore") and not is_cancelled:
        yield f"it is {final.status} although it was cancelled"
    if is_cancelled and not case.may("cancel"):
        yield "it is cancelled, which nobody asked for"
    if is_cancelled and case.did("restore") and len(case.may("cancel")) == 1:
        yield "it is cancelled although that was taken back"
    if not is_cancelled and final.figures is not None:
        expected = "pago" if final.balance <= 0 else "fechado"
        if final.status != expected:
            yield f"it is {final.status}, not {expected}"


def _closings(case: Case, final: Sight) -> Iterator[str]:
    """A closed bill stands until it is reopened, with the figures that it was closed with."""
    closings, reopenings = case.may("close"), case.may("reopen")
    if final.figures is None:
        for closing in case.did("close"):
            if all(_is_over(each, before=closing) for each in reopenings):
                yield f"it is open, though {closing.who} closed it at {_at(closing):.3f}"
                return
        return
    # One key executed at two terminals makes two closings when their bills differ.
    made = [each for deed in closings for each in deed.attempts if each.outcome != "refused"]
    unseen = any(each.outcome == "unknown" or each.sight is None for each in made)
    if not closings:
        yield "it is closed, which nobody asked for"
    elif not unseen and final.figures not in case.promise.bills:
        yield f"its bill {final.figures} is none of those closed: {case.promise.bills}"
    if sum(not each.replayed for each in made) == 1 and not reopenings:
        yield from _unchanged(case, final)


def _unchanged(case: Case, final: Sight) -> Iterator[str]:
    """One closing, never reopened: whoever looked must have seen the same bill."""
    for attempt, sight in case.promise.sights:
        if sight.figures is not None and sight.figures != final.figures:
            yield (
                f"its closed bill changed: {attempt.letters} showed {sight.figures} at"
                f" {attempt.until:.3f}, now {final.figures}"
            )


def _is_over(deed: Deed, *, before: Deed) -> bool:
    settled = all(each.outcome != "unknown" for each in deed.attempts)
    return settled and deed.attempts[-1].until < before.attempts[0].at


def _at(deed: Deed) -> float:
    return 0.0 if deed.answer is None else deed.answer.until


# --- fields


def _fields(case: Case, final: Sight) -> Iterator[str]:
    """A field holds what somebody wrote; what was acknowledged replaces what the opening said."""
    opening = next((each.body for each in case.may("open")), None)
    if opening is None:
        return
    values: dict[str, Any] = {name: final.field(name) for name in FIELDS} | dict(final.flags)
    for name, value in values.items():
        told = [each for each in case.may("edit") if name in each.body]
        allowed = [each.body[name] for each in told]
        if not any(each.outcome == "acknowledged" for each in told):
            allowed.append(opening.get(name, None if name in FIELDS else False))
        if name == "comanda" and value in map(str, SPARE):
            continue  # in place of a card that was lost, whoever else was on it
        if value not in allowed:
            yield f"{name} is {value!r}, which is none of {allowed!r}"


# --- what one terminal says


def _memory(case: Case, excuses: Excuses) -> Iterator[str]:
    """A terminal never forgets what it once showed, unless it lost that since."""
    known: dict[tuple[str, str], list[float]] = {}  # (letters, id) → when it was shown

    def remembers(attempt: Attempt, what: str) -> bool:
        return any(
            at < attempt.at and not excuses.forgot(attempt.letters, at, attempt.until)
            for at in known.get((attempt.letters, what), ())
        )

    attempts = [each for deed in case.deeds for each in deed.attempts]
    for attempt in sorted(attempts, key=lambda each: each.until):
        if attempt.code == "unknown_order" and remembers(attempt, case.order):
            yield f"{attempt.letters} did not know it at {attempt.at:.3f}"
        if attempt.sight is None:
            continue
        sight, letters = attempt.sight, attempt.letters
        shown = [case.order, *(it.id for it in sight.payments), *(it.id for it in sight.refunds)]
        for where, what in list(known):
            if where == letters and what not in shown and remembers(attempt, what):
                yield f"{letters} forgot payment or refund {what} by {attempt.until:.3f}"
        for each in shown:
            known.setdefault((letters, each), []).append(attempt.until)


def _replays(case: Case, excuses: Excuses) -> Iterator[str]:
    """One key at one terminal happens once, unless it lost that; the next answers are called
    replays."""
    for deed in case.deeds:
        if not any(True for _ in marks_of(deed)):
            continue
        done: dict[str, float] = {}  # letters → when
        for each in deed.attempts:
            if each.outcome != "acknowledged" or each.replayed:
                continue
            if each.letters in done and not excuses.forgot(
                each.letters, done[each.letters], each.until
            ):
                yield f"{each.letters} did {deed.act} twice under key {deed.key}"
            done[each.letters] = each.until


_CHECKS: tuple[Callable[[Case, Sight], Iterator[str]], ...] = (
    _lines, _stages, _kitchen, _payments, _refunds, _outcomes, _copies,
    bill_audit.sums, bill_audit.shares, bill_audit.tips, bill_audit.terms, _status, _closings,
    _fields,
)  # fmt: skip


# --- one key, one effect


def _marks(
    deeds: Sequence[Deed], known: Mapping[str, Case], final: Mapping[str, Sight]
) -> Iterator[str]:
    """What was acknowledged is there, what was refused has no effect, and nothing has two."""
    shown: Counter[Mark] = Counter()
    for sight in final.values():
        shown.update(marks_in(sight))
    promised = {line.mark for case in known.values() for line in case.promise.lines.values()}
    for deed in deeds:
        for mark in marks_of(deed):
            # A line that was shown is looked after by `_lines`: it may be struck out since.
            is_seen = bool(shown[mark]) or (mark.kind == "line" and mark.text in promised)
            if deed.outcome == "acknowledged" and deed.order in final and not is_seen:
                yield f"key {deed.key} was acknowledged, yet {mark.kind} {mark.text} is not there"
            home = known.get(deed.order)
            may_be_split = mark.kind == "line" and home is not None and home.gives_lines_away
            if shown[mark] > 1 and not may_be_split:  # its pieces are counted by `_moved`
                yield f"key {deed.key} has {shown[mark]} effects: {mark.kind} {mark.text}"
            if shown[mark] and deed.outcome == "refused":
                yield f"key {deed.key} was refused, yet {mark.kind} {mark.text} is there"
