"""Doors of what the relay and a terminal say to one another: uploads, answers, receipts, tokens."""

from functools import cache
from random import Random

from crdt_models.errors import MalhaError, RefusedBytes
from crdt_models.ids import (
    ChangeId,
)
from crdt_models.receipts import (
    Answer,
    Claim,
    MalformedToken,
    Question,
    Receipt,
    ReceiptTip,
    RelayToken,
    Upload,
    batch_hash,
    decode_answer,
    decode_question,
    decode_token,
    decode_upload,
    encode_answer,
    encode_question,
    encode_token,
    encode_upload,
    sign_receipt,
    verify_receipt,
)
from simulations.fuzz.door import Door, require
from simulations.fuzz.members import key_of
from simulations.fuzz.mutation import text_changed
from simulations.fuzz.nonsense import packed, unpacked
from simulations.fuzz.seeds import changed_cbor, good_changes, opened, site


@cache
def _relay_words() -> tuple[tuple[str, bytes], ...]:
    changes, relay, home = good_changes(), key_of("fuzz relay"), site().id
    device, epoch = site().author("one").device, site().author("one").epoch
    tip = ChangeId(b"t" * 32)
    upload = encode_upload(Upload(home, changes))
    receipt = Receipt(
        site=home, relay=relay.public_key().public_bytes_raw(), time=1, batch=batch_hash(upload),
        kept=b"\x03", tips=(ReceiptTip(device, epoch, 3, tip),), missing=(tip,), more=False,
        received=2, stored=2, waiting=0, refused=(("bad_signature", 1),),
    )  # fmt: skip
    signed = sign_receipt(receipt, relay)
    question = Question(home, (Claim(device, epoch, 3, tip, (tip,)),), 500)
    token = encode_token(RelayToken(b"s" * 32, receipt.relay))
    return (
        ("upload", upload),
        ("question", encode_question(question)),
        ("answer", encode_answer(Answer(changes, True, signed))),  # noqa: FBT003 - `more`
        ("receipt", signed),
        ("token", token.encode("ascii")),
    )


def _make_relay(dice: Random) -> bytes:
    kind, seed = dice.choice(_relay_words())
    if kind == "token":
        text = text_changed(dice, seed.decode("ascii"))
        return packed([kind, text.encode("utf-8", "surrogatepass")])
    return packed([kind, changed_cbor(dice, [seed])])


def _use_relay(data: bytes) -> bool:
    kind, told = unpacked(data)
    relay = key_of("fuzz relay").public_key().public_bytes_raw()
    try:
        match kind:
            case "upload":
                decode_upload(told)
            case "question":
                decode_question(told)
            case "answer":
                decode_answer(told)
            case "receipt":
                verify_receipt(told, relay, site().id)
                require(told == dict(_relay_words())["receipt"], "a forged receipt")
            case _:
                decode_token(told.decode("utf-8", "surrogatepass"))
    except (RefusedBytes, MalformedToken):
        return False
    except MalhaError as error:
        require(kind == "receipt", f"an unforeseen refusal {error!r}")
        return False
    return True


def relay_doors() -> list[Door]:
    """Both ends of the uplink."""
    return [
        Door(
            name="relay",
            what="uploads, answers, receipts, tokens",
            make=_make_relay,
            open=opened(_use_relay),
        ),
    ]
