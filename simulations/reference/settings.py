"""The shop's settings: what each says.

Rules of this file:
1. Every plain setting is a register; of stations, printers and flags, every key is one. A fact
   writes those that it gives.
2. A key that holds nothing is not there. What nobody wrote is as SETTINGS says.
"""

from typing import Any

from simulations.reference.once import Meaning, Register
from simulations.reference.settings_schema import KEYED, SETTINGS


def settings_of(meaning: Meaning) -> dict[str, Any]:
    """By the names of SETTINGS."""
    told = meaning.of("settings_changed")
    found: dict[str, Any] = {}
    for name, (_, default) in SETTINGS.items():
        writing = [each for each in told if name in each["values"]]
        if name not in KEYED:
            last = Register(meaning.writes(writing)).value(None)
            found[name] = default if last is None else last["values"][name]
            continue
        found[name] = {}
        for key in sorted({key for each in writing for key in each["values"][name]}):
            of_key = [each for each in writing if key in each["values"][name]]
            last = Register(meaning.writes(of_key)).value(None)
            assert last is not None, "somebody wrote it"
            if last["values"][name][key] is not None:
                found[name][key] = last["values"][name][key]
    return found
