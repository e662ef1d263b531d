"""Who belongs to the site is decided by the chain and the site id alone."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.certificates import (
    ADMIN,
    TERMINAL,
    Chain,
    are_letters,
    decode_chain,
    encode_chain,
    issue,
    verify_chain,
)
from crdt_models.errors import UntrustedCertificate


def test_a_chain_travels_and_is_verified(member: Callable[..., Any]) -> None:
    terminal = member()
    chain = decode_chain(encode_chain(terminal.chain))
    assert chain == terminal.chain
    assert verify_chain(chain, terminal.site).device == terminal.device


def test_another_sites_chain_is_refused(member: Callable[..., Any]) -> None:
    with pytest.raises(UntrustedCertificate):
        verify_chain(member(site="rival").chain, member().site)


@pytest.mark.parametrize(
    "change",
    [
        {"letters": "B"},
        {"name": "x"},
        {"not_after": 7},
        {"role": ADMIN},
        {"tls_key": b"t" * 32},
        {"signing_key": b"k" * 32},
        {"device": b"d" * 32},
        {"issuer": b"i" * 32},
        {"site": b"s" * 16},
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_every_field_is_signed(
    member: Callable[..., Any], change: dict[str, Any], place: int
) -> None:
    terminal = member()
    certificates = list(terminal.chain.certificates)
    if all(getattr(certificates[place], name) == value for name, value in change.items()):
        change = {"role": TERMINAL}
    certificates[place] = msgspec.structs.replace(certificates[place], **change)
    with pytest.raises(UntrustedCertificate):
        verify_chain(Chain(terminal.root, tuple(certificates)), terminal.site)


def test_a_terminal_may_not_issue(member: Callable[..., Any]) -> None:
    terminal, other = member("counter"), member("kitchen")
    by_terminal = issue(
        msgspec.structs.replace(other.chain.leaf, issuer=terminal.public), terminal.key
    )
    below = Chain(terminal.root, (terminal.chain.certificates[1], by_terminal))
    with pytest.raises(UntrustedCertificate):
        verify_chain(below, terminal.site)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_one_type(data: bytes) -> None:
    with pytest.raises(UntrustedCertificate):
        decode_chain(data)


def test_letters() -> None:
    assert all(are_letters(good) for good in ("A", "Z", "AA", "ZZZ"))
    assert not any(are_letters(bad) for bad in ("", "a", "A1", "AAAA", "Á", 1, None))
