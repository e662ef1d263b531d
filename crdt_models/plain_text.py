"""Text from outside as it is stored: one form of each character, and none that hides.

Joiners stay: scripts and emoji need them. What has no UTF-8 form (a lone surrogate) is refused.
"""

import unicodedata

# Direction overrides and isolates, zero-width space, word joiner, byte order mark.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u061c\u2060\ufeff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_SPACES = frozenset("\n\r\t\u2028\u2029")


def plain_text(text: str) -> str:
    """NFC without control, direction and zero-width characters; line breaks become spaces.

    Raises UnicodeEncodeError for text that has no UTF-8 form.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = "".join(" " if each in _SPACES else each for each in text if _shows(each))
    normal = unicodedata.normalize("NFC", kept)
    normal.encode("utf-8")
    return normal.strip()


def _shows(character: str) -> bool:
    if character in _SPACES:
        return True
    return character not in _INVISIBLE and unicodedata.category(character) != "Cc"
