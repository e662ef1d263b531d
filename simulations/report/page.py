"""A run as one page: a file that shows everything without asking for another one.

Rules of this file:
1. No script, no font, no image and no style from elsewhere; it is read from a disk, offline.
2. What a run says of itself is escaped: findings quote answers and errors.
3. Pictures are as wide as they were drawn; a narrow screen scrolls each, and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from simulations.campaign.service_run import Verdict
from simulations.report.curves import curves
from simulations.report.naming import replay, title_of
from simulations.report.svg import STYLE
from simulations.report.timeline import timeline
from simulations.scenarios.table import SCENARIOS

LAST_EVENTS = 300
_PAGE = """
:root{color-scheme:light dark;--ink:#1d2733;--soft:#5d6b7a;--line:#d9dfe6;--paper:#fff;
--ground:#f4f6f8;--good:#14735f;--bad:#b3203a}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa7b5;--line:#2e3945;--paper:#12181f;
--ground:#0b0f14;--good:#4fc3b3;--bad:#ff7386}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
main{max-width:1010px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:24px;line-height:1.2;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}
p{margin:4px 0}.soft{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}
.verdict{font-weight:650;margin:12px 0}section{background:var(--paper);border:1px solid var(--line);
border-radius:8px;padding:8px;margin:10px 0;overflow-x:auto}section svg{display:block}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px;margin:16px 0}
dt{color:var(--soft);font-size:13px}dd{margin:0;font-size:19px;font-weight:600;
font-variant-numeric:tabular-nums}table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:4px 8px;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere}td:first-child{overflow-wrap:normal}
th{color:var(--soft);font-weight:500}td.n,th.n{text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}tr:last-child td{border-bottom:0}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}details{margin:10px 0}
summary{cursor:pointer;color:var(--soft)}li{margin:4px 0;overflow-wrap:anywhere}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:0 10px;
align-items:start}
"""


def page(verdict: Verdict) -> str:
    """The HTML of a recorded run."""
    title = title_of(verdict)
    body = [
        f"<h1>{escape(title)}</h1>",
        _sentence(verdict),
        _verdict(verdict),
        _figures(verdict),
        "<h2>Terminals over time</h2>",
        _section(timeline(verdict, "who was on, cut off, behind")),
        *map(_section, curves(verdict)),
        '<div class="tables">',
        _counted("Faults that fired", verdict.fired),
        _counted("Places that were reached", verdict.reached),
        "</div>",
        _acts(verdict),
        "<h2>Again</h2>",
        _section(f"<pre>{escape(replay(verdict.seed, verdict.choices))}</pre>"),
        _events(verdict),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_PAGE}{STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _sentence(verdict: Verdict) -> str:
    name = verdict.choices.scenario
    told = "A service in a simulated shop." if name is None else SCENARIOS[name].sentence
    bug = verdict.choices.mutant
    put_in = f" With a bug put in on purpose: {bug}." if bug else ""
    return f'<p class="soft">{escape(told + put_in)}</p>'


def _verdict(verdict: Verdict) -> str:
    if verdict.passed:
        said = "Nothing lost, nothing doubled, everybody sees the same."
        return f'<p class="verdict good">✓ {said}</p>'
    found = len(verdict.findings)
    items = "".join(f"<li><code>{escape(each)}</code></li>" for each in verdict.findings)
    said = f"{found} finding{'s' if found > 1 else ''}"
    return f'<p class="verdict bad">✗ {said}</p>{_section(f"<ul>{items}</ul>")}'


def _figures(verdict: Verdict) -> str:
    healed = "never" if verdict.healed is None else f"{verdict.healed:.1f} s"
    shown = {
        "virtual time": _long(verdict.seconds),
        "CPU time": f"{verdict.cpu:.1f} s",
        "orders": f"{verdict.orders:,}",
        "calls to the API": f"{verdict.calls:,}",
        "writes acknowledged": f"{verdict.acknowledged:,}",
        "changes": f"{verdict.changes:,}",
        "equal after all faults": healed,
        "events": f"{verdict.events:,}",
    }
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in shown.items())
    return f'<dl>{cells}</dl><p class="soft">trace <code>{verdict.digest[:16]}…</code></p>'


def _long(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _counted(title: str, counts: Mapping[str, int]) -> str:
    rows = [(escape(name), f"{times:,}") for name, times in counts.items()]
    table = _table(("", "times"), rows) if rows else '<p class="soft">none</p>'
    return f"<div><h2>{title}</h2>{_section(table)}</div>"


def _acts(verdict: Verdict) -> str:
    """What people did, and what they were told."""
    rows = []
    for act, told in verdict.acts.items():
        others = ", ".join(
            f"{escape(name)} {times}" for name, times in told.items() if name != "acknowledged"
        )
        rows.append((escape(act), f"{told.get('acknowledged', 0):,}", others))
    table = _table(("what people did", "acknowledged", "else"), rows)
    return f"<h2>At the counter</h2>{_section(table)}" if rows else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The second column holds numbers."""
    kind = ("", ' class="n"', "")
    top = "".join(f"<th{kind[at]}>{name}</th>" for at, name in enumerate(head))
    lines = "".join(
        "<tr>" + "".join(f"<td{kind[at]}>{cell}</td>" for at, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _events(verdict: Verdict) -> str:
    last = verdict.trace[-LAST_EVENTS:]
    lines = escape("\n".join(str(each) for each in last))
    return f"<details><summary>the last {len(last)} events</summary>{_section(f'<pre>{lines}</pre>')}</details>"  # noqa: E501


def _section(inside: str) -> str:
    return f"<section>{inside}</section>"
