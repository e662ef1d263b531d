"""What a run is called, and the one command that does it again."""

import shlex

from simulations.campaign.service_run import Choices, Verdict

NO_STRIKES = "''"  # as a shell takes an empty word


def title_of(verdict: Verdict) -> str:
    """Of a page or a picture."""
    name = verdict.choices.scenario
    told = "Service" if name is None else name.replace("_", " ").capitalize()
    return f"{told}, seed {verdict.seed}"


def replay(seed: int, choices: Choices) -> str:
    """The one command that does it again."""
    parts = [f"malha-sim run --seed {seed}"]
    if choices.scenario is not None:
        parts += [f"--scenario {choices.scenario}", *(["--small"] if choices.small else [])]
    else:
        parts += _of_a_service(choices)
    if choices.mutant:
        parts.append(f"--mutant {choices.mutant}")
    return " ".join(parts)


def _of_a_service(choices: Choices) -> list[str]:
    usual = Choices()
    parts = [
        f"--{name} {str(getattr(choices, name)).removesuffix('.0')}"
        for name in ("terminals", "orders", "minutes")
        if getattr(choices, name) != getattr(usual, name)
    ]
    if choices.lean:
        parts.append("--lean")
    if not choices.relay:
        parts.append("--no-relay")
    if choices.sales is not None:
        file, mapping = map(shlex.quote, choices.sales)
        parts.append(f"--sales {file} --map {mapping}")
    parts += [f"--fault {name}" for name in choices.faults or ()]
    if choices.strikes is not None:
        parts.append(f"--strikes {','.join(map(str, choices.strikes)) or NO_STRIKES}")
    return parts
