import importlib
import pkgutil
import string

import pytest

import cloud_relay
import crdt_models
import peer
from crdt_models.errors import DomainError, MalhaError
from peer.service.http_errors import InvalidField, Unexpected
from peer.service.problem_texts import PROBLEMS, Text
from peer.service.problems import encoded, problem_of, unexpected

# Errors that no request can meet, by the module (or the class) that raises them, and why.
NEVER_OVER_HTTP = {
    "crdt_models.errors.MalhaError": "the base class, never raised itself",
    "crdt_models.receipts": "read by the peer's uplink from the relay's answers",
    "crdt_models.replication": "frames on links between terminals",
    "peer.environment": "links and sockets; retried by the mesh and shown in its status",
    "peer.identity": "start-up and the command line",
    "peer.links": "links, invitations and joining, from the command line",
    "peer.mesh": "links between terminals",
    "peer.uplink.relay_client": "the uplink's own conversation with the relay; shown in its status",
    "peer.uplink": "the uplink's own conversation with the relay; shown in its status",
    "peer.administration": "the command line",
    "peer.cli": "the command line",
    "peer.terminal": "start-up",
    "peer.service.settings": "start-up",
    "peer.service.sqlite_errors.StorageError": "opening the database, at start-up",
    "peer.service.sqlite_errors.SqliteTooOld": "opening the database, at start-up",
    "peer.service.sqlite_errors.DatabaseMissing": "opening the database, at start-up",
    "peer.service.sqlite_errors.DatabaseInUse": "opening the database, at start-up",
    "peer.service.sqlite_errors.WrongKey": "opening the database, at start-up",
    "peer.service.sqlite_errors.NotOurDatabase": "opening the database, at start-up",
    "peer.service.sqlite_errors.SchemaTooNew": "opening the database, at start-up",
    "cloud_relay.cli": "the command line",
    "cloud_relay.key_files": "start-up",
    "cloud_relay.settings": "start-up",
    "cloud_relay.storage.port.SiteTaken": "registering a site, from the command line",
}


def every_error() -> list[type[MalhaError]]:
    for package in (crdt_models, peer, cloud_relay):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not module.name.endswith("__main__"):  # that one runs when imported
                importlib.import_module(module.name)
    found: list[type[MalhaError]] = []
    waiting: list[type[MalhaError]] = [MalhaError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.partition(".")[0] in ("crdt_models", "peer", "cloud_relay"):
            found.append(kind)
    return sorted(set(found), key=lambda kind: (kind.__module__, kind.__name__))


def is_exempt(kind: type[MalhaError]) -> bool:
    place = f"{kind.__module__}.{kind.__name__}"
    return any(place == name or place.startswith(name + ".") for name in NEVER_OVER_HTTP)


def test_every_error_that_may_reach_http_has_a_text():
    without = [
        f"{kind.__module__}.{kind.__name__} ({kind.code})"
        for kind in every_error()
        if kind.code not in PROBLEMS and not is_exempt(kind)
    ]
    assert without == []


def test_no_refusal_of_a_command_is_exempt():
    exempt = [kind for kind in every_error() if issubclass(kind, DomainError) and is_exempt(kind)]
    assert exempt == []


def test_every_template_names_only_details_that_its_error_s_sentence_has():
    """The sentence and the Portuguese text are filled from the same details."""
    for kind in every_error():
        text = PROBLEMS.get(kind.code)
        if text is None or kind.__module__ == "crdt_models.documents.command":
            continue
        given = {name for _, name, _, _ in string.Formatter().parse(kind.sentence) if name}
        assert set(text.names) <= given, kind


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_row_is_whole(code):
    text = PROBLEMS[code]
    assert 400 <= text.status < 600
    assert text.title[0].isupper() or text.title == "CBOR fora da forma canônica"
    assert not text.title.endswith(".")
    assert text.cure.endswith(".")
    assert not text.detail or text.detail.endswith(".")
    assert text.names or not text.detail or code == "internal_error"


class Owed(DomainError):
    code = "unpaid_bill"
    sentence = "{balance} centavos are still owed."


def test_a_problem_has_the_members_of_rfc_9457_and_the_details():
    status, members = problem_of(Owed(balance=123456))
    assert status == members["status"] == 409
    assert members["type"] == "urn:malha:problema:unpaid_bill"
    assert members["title"] == "Falta pagar"
    assert members["detail"] == "Ainda faltam R$ 1.234,56."
    assert members["como_resolver"].startswith("Receba")
    assert (members["code"], members["balance"]) == ("unpaid_bill", 123456)


def test_a_detail_that_was_not_given_leaves_the_title():
    assert problem_of(Owed())[1]["detail"] == "Falta pagar."
    assert Text(409, "Título", "Cura.", "{a} e {b}.").told({"a": 1}) == "Título."


def test_quantities_are_shown_as_people_write_them():
    text = PROBLEMS["more_than_is_left"]
    assert text.told({"asked": 2000, "left": 1500}).endswith("de 2; restam 1,5.")


def test_details_cannot_format_or_overwrite():
    error = InvalidField(field="{reason.__class__}", reason="{0} %s", code="mine", type="t")
    _, members = problem_of(error)
    assert members["code"] == "invalid_field"
    assert members["detail"] == "O campo {reason.__class__} não é válido: {0} %s."


def test_a_text_that_utf_8_cannot_carry_is_still_told():
    assert b'"detail"' in encoded(problem_of(InvalidField(field="\ud800", reason="r"))[1])


def test_a_fault_of_ours_says_only_its_id():
    status, members = unexpected("0123")
    assert (status, members["incident"]) == (500, "0123")
    assert Unexpected(incident="0123").code == members["code"]
