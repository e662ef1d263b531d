"""The part of spake2 0.9 that pairing uses: one exchange that turns a short code into a key.

The default group (Ed25519) is the only one offered here, and `entropy_f` is an argument that
production code passes itself.
"""

from collections.abc import Callable
from typing import Self

class SPAKEError(Exception): ...
class OnlyCallStartOnce(SPAKEError): ...
class OnlyCallFinishOnce(SPAKEError): ...
class OffSides(SPAKEError): ...
class SerializedTooEarly(SPAKEError): ...
class WrongSideSerialized(SPAKEError): ...
class WrongGroupError(SPAKEError): ...
class ReflectionThwarted(SPAKEError): ...

class _Side:
    def start(self) -> bytes:
        """The message for the other side, its first byte naming this side."""
    def finish(self, inbound_side_and_message: bytes) -> bytes:
        """The 32-byte shared key. Equal at both ends only if both knew the same code."""
    def serialize(self) -> bytes: ...
    @classmethod
    def from_serialized(cls, data: bytes) -> Self: ...

class SPAKE2_A(_Side):
    def __init__(
        self,
        password: bytes,
        idA: bytes = b"",
        idB: bytes = b"",
        *,
        entropy_f: Callable[[int], bytes] = ...,
    ) -> None: ...

class SPAKE2_B(_Side):
    def __init__(
        self,
        password: bytes,
        idA: bytes = b"",
        idB: bytes = b"",
        *,
        entropy_f: Callable[[int], bytes] = ...,
    ) -> None: ...

class SPAKE2_Symmetric(_Side):
    def __init__(
        self,
        password: bytes,
        idSymmetric: bytes = b"",
        *,
        entropy_f: Callable[[int], bytes] = ...,
    ) -> None: ...
