"""The page and the picture: whole, readable by themselves, and honest about what was found."""

import re
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from simulations.campaign.service_run import Choices, Verdict, run
from simulations.report.naming import replay, title_of
from simulations.report.page import page
from simulations.report.svg import clock, round_up, short
from simulations.report.timeline import timeline

FROM_ELSEWHERE = {"src", "href", "xlink:href", "data", "action", "poster", "srcset", "background"}
NAMESPACE = "http://www.w3.org/2000/svg"
OPEN_ENDED = {"meta", "rect", "path", "circle"}


@cache
def verdict() -> Verdict:
    return run(3, Choices(scenario="paid_twice", small=True, keep_all=True))


class Reader(HTMLParser):
    """What a page holds, and whether its elements close."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in OPEN_ENDED or tag == "rect" or tag == "circle" or tag == "path":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader._open == []
    return reader


def test_a_page_asks_for_nothing_from_elsewhere() -> None:
    html = page(verdict())
    found = read(html)
    assert not found.attributes & FROM_ELSEWHERE
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(found.tags)
    assert "@import" not in html and "url(" not in html
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) == {NAMESPACE}


def test_a_page_says_what_ran_and_how_to_run_it_again() -> None:
    text = " ".join(read(page(verdict())).text)
    assert "Paid twice, seed 3" in text
    assert "malha-sim run --seed 3 --scenario paid_twice --small" in text
    assert "Nothing lost" in text and "partition" in text
    assert "changes that the terminal furthest behind lacked" in text
    assert {"A", "B", "C", "shop"} <= set(read(page(verdict())).text)


def test_findings_are_shown_and_what_they_quote_is_text() -> None:
    evil = "promises: <script>alert(1)</script> & <img src=x>"
    found = read(page(replace(verdict(), findings=(evil, "second"))))
    assert evil in "".join(found.text) and "2 findings" in "".join(found.text)
    assert "script" not in found.tags and "Nothing lost" not in "".join(found.text)


@pytest.mark.parametrize("standalone", [True, False])
def test_a_picture_is_one_well_formed_image(standalone: bool) -> None:
    drawn = timeline(verdict(), 'a "title" <b>', standalone=standalone)
    root = ElementTree.fromstring(drawn)
    assert root.tag == f"{{{NAMESPACE}}}svg"
    assert (root.find(f"{{{NAMESPACE}}}style") is not None) is standalone
    classes = [each.get("class") for each in root.iter()]
    assert {"on", "cut", "dispute", "settled", "fault", "over"} <= set(classes)


def test_the_command_names_all_that_is_not_usual() -> None:
    assert replay(7, Choices()) == "malha-sim run --seed 7"
    unusual = Choices(orders=8, minutes=2.5, faults=("held",), strikes=(0, 3), mutant="m")
    told = "malha-sim run --seed 7 --orders 8 --minutes 2.5 --fault held --strikes 0,3 --mutant m"
    assert replay(7, unusual) == told
    assert title_of(replace(verdict(), choices=Choices())) == "Service, seed 3"


def test_amounts_and_times_are_short() -> None:
    assert [clock(it) for it in (0, 30, 60, 90, 600, 3600, 5400, 86_400)] == [
        "0", "30 s", "1 min", "1:30", "10 min", "1 h", "90 min", "1 d",
    ]  # fmt: skip
    assert [round_up(it) for it in (0, 0.3, 1, 3, 12, 99, 501)] == [1, 0.5, 1, 5, 20, 100, 1000]
    assert [short(it) for it in (0, 7, 1200, 2_500_000)] == ["0", "7", "1.2k", "2.5M"]
