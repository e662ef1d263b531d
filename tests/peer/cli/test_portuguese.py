"""The command line speaks Portuguese, its own words and click's."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from peer.cli import main
from peer.cli.portuguese import TEXTS

# Words of click's that no Portuguese text of ours holds.
ENGLISH = re.compile(
    r"\b(usage|options|option|commands|command|arguments|argument|missing|error|show|this|exit"
    r"|message|default|required|such|invalid|valid|try|help for|got|requires|did you|version"
    r"|integer|text|boolean|name)\b",
    re.IGNORECASE,
)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def said(*arguments: str) -> tuple[int, str]:
    ended = CliRunner().invoke(main, arguments, prog_name="malha")
    return ended.exit_code, ended.output


def english(text: str) -> set[str]:
    """English words in it, the names of options and commands apart."""
    plain = re.sub(r"--?[\w-]+|`[^`]*`|'[^']*'", "", text)
    return {found.casefold() for found in ENGLISH.findall(plain)}


@pytest.mark.parametrize("command", list(commands(main)), ids=" ".join)
def test_help_is_in_portuguese(command: tuple[str, ...]) -> None:
    code, text = said(*command, "--help")
    assert code == 0
    assert text.startswith("Uso: malha")
    assert "Opções:" in text
    assert english(text) == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nada"], "erro: Não há o comando 'nada'."),
        (["invit"], "Seria 'invite'?"),
        (["site", "create"], "erro: Falta a opção '--name'."),
        (["site", "create", "--name"], "erro: A opção '--name' pede um valor."),
        (["join"], "erro: Falta o argumento 'CONVITE'."),
        (["join", "a", "b"], "erro: Argumento que sobra (b)"),
        (["join", "a", "b", "c"], "erro: Argumentos que sobram (b c)"),
        (["invite", "--letras", "B"], "erro: Não há a opção '--letras'."),
        (["run", "--rebuild=1"], "erro: A opção '--rebuild' não leva valor."),
        (
            ["invite", "--port", "x"],
            "erro: Valor inválido para '--port': 'x' não é um número inteiro.",
        ),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_wrong_command_line_is_told_in_portuguese(arguments: list[str], words: str) -> None:
    code, text = said(*arguments)
    assert code == 2
    assert words in text
    if not text.startswith("erro: "):  # click shows the usage of most mistakes, not of all
        assert text.startswith("Uso: malha ")
        assert re.search(r"^Ajuda: malha .*--help$", text, re.MULTILINE)
    assert english(text) == set()


def test_the_version_too() -> None:
    assert re.fullmatch(r"malha, versão \d+\.\d+\.\d+\n", said("--version")[1])


def test_other_programs_of_this_process_keep_their_language() -> None:
    said("--help")

    @click.command()
    def other() -> None: ...

    assert CliRunner().invoke(other, ["--help"]).output.startswith("Usage:")


def test_every_text_is_one_that_click_looks_up() -> None:
    """Otherwise a new click says it in other words, and ours is never found."""
    looked_up = {"required"}  # handed over as a value
    for file in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                looked_up |= {each.value for each in node.args if isinstance(each, ast.Constant)}
    assert TEXTS.keys() <= looked_up
