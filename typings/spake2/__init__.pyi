from spake2.spake2 import (
    SPAKE2_A as SPAKE2_A,
    SPAKE2_B as SPAKE2_B,
    SPAKE2_Symmetric as SPAKE2_Symmetric,
    SPAKEError as SPAKEError,
)

__version__: str
