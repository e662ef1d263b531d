"""What is remembered of bytes is what was proved of them, and only while a world stands."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crdt_models import canonical_cbor, change
from crdt_models.errors import NotCanonical
from simulations.simulator.proofs import KnownKey, decode_known, fits, proved_once

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = SIGNER.public_key().public_bytes_raw()
SIGNATURE = SIGNER.sign(b"an order")


def test_a_signature_is_answered_the_same_each_time() -> None:
    with proved_once():
        for _ in range(2):
            key = vars(change)["Ed25519PublicKey"].from_public_bytes(KEY)
            key.verify(SIGNATURE, b"an order")
            for signature, data in ((SIGNATURE, b"another"), (SIGNATURE[:-1] + b"\0", b"an order")):
                with pytest.raises(InvalidSignature):
                    key.verify(signature, data)
        assert fits.cache_info().hits == 3


def test_what_is_no_key_is_told_as_production_is_told() -> None:
    with proved_once(), pytest.raises(ValueError, match="32 bytes"):
        KnownKey.from_public_bytes(b"short").verify(SIGNATURE, b"an order")


def test_bytes_are_read_the_same_each_time_and_shared_by_nobody() -> None:
    data = canonical_cbor.encode([1, ["pizza", {"size": 30}]])
    with proved_once():
        read = [decode_known(data, max_bytes=100) for _ in range(3)]
    assert read == [canonical_cbor.decode(data, max_bytes=100)] * 3
    assert len({id(each) for each in read}) == 3


@pytest.mark.parametrize("data", [b"\x81\x18\x01", b"\x9f\x01\xff", b"\x81"])
def test_what_is_not_canonical_is_refused_each_time(data: bytes) -> None:
    with proved_once():
        for _ in range(2):
            with pytest.raises(NotCanonical):
                decode_known(data, max_bytes=100)


def test_what_is_too_long_is_refused_though_it_is_known() -> None:
    with proved_once():
        decode_known(b"\x82\x01\x02", max_bytes=3)
        with pytest.raises(NotCanonical):
            decode_known(b"\x82\x01\x02", max_bytes=2)


def test_production_has_its_own_again_afterwards() -> None:
    with proved_once():
        assert vars(change)["Ed25519PublicKey"] is KnownKey
        assert vars(change)["decode"] is decode_known
    assert vars(change)["Ed25519PublicKey"] is Ed25519PublicKey
    assert vars(change)["decode"] is canonical_cbor.decode
    assert fits.cache_info().currsize == 0
