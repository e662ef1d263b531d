"""Errors of the models, named by whose doing they are.

Rules of this file:
1. Every error has a stable `code` (it travels in problem+json), one `sentence` that says what
   happened and one `cure` that says what to do about it.
2. `DomainError`: a command was refused and nothing was written. `RefusedBytes`: bytes from outside
   are not what they must be. A bug of ours is neither: it is an assertion.
3. Texts here are English, for logs and engineers; the Portuguese ones stand in the service's table.
"""

from typing import ClassVar


class MalhaError(Exception):
    """An operating error. `details` fill the sentence and travel with the error as plain values."""

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = "Something went wrong."
    cure: ClassVar[str] = "Try again; if it persists, look at the log."

    def __init__(self, **details: str | int) -> None:
        self.details = details
        super().__init__(self.sentence.format_map(_Blanks(details)))


class _Blanks(dict[str, str | int]):
    """Lets a sentence be shown even when a detail was not given."""

    def __missing__(self, key: str) -> str:
        return "?"


class DomainError(MalhaError):
    """A command was refused by the state it met. Nothing was written."""

    code = "refused"
    sentence = "The command was refused."


class RefusedBytes(MalhaError):
    """Bytes from outside were refused and not stored."""

    code = "refused_bytes"
    sentence = "Bytes from outside were refused: {reason}."
    cure = "Update both programs; if they are current, the sender is broken or hostile."


class NotCanonical(RefusedBytes):
    """CBOR that is malformed, not canonical, too large, or holds a type we do not use."""

    code = "not_canonical"
    sentence = "This is not canonical CBOR: {reason}."


class MalformedChange(RefusedBytes):
    """A change whose form breaks a rule that needs no other knowledge to check."""

    code = "malformed_change"
    sentence = "This change is malformed: {reason}."


class BadSignature(RefusedBytes):
    """The signature does not fit the bytes and the author's key."""

    code = "bad_signature"
    sentence = "The signature of {what} does not fit."


class UntrustedCertificate(RefusedBytes):
    """A certificate chain that does not lead from the site's root to its holder."""

    code = "untrusted_certificate"
    sentence = "The certificate is not one of this site: {reason}."
    cure = "Pair this terminal with an invitation of this shop (malha invite, malha join)."


class InvalidAmount(DomainError):
    """Money or a quantity that is no exact number of centavos or thousandths in range."""

    code = "invalid_amount"
    sentence = "The amount {given} is not valid: {reason}."
    cure = "Give an exact amount with at most two decimal places."
