"""The base of the shapes."""

import msgspec


class AnswerShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass
