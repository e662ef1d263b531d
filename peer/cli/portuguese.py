"""click's own words in Portuguese: usage, headings, what is wrong with a command line.

click looks every text of its own up through gettext, by the name `_` in each of its modules. The
catalogue is put there for the time one command line takes, and only by `malha`: it needs no
compiled catalogue in the wheel and no setting of the machine's language, and it leaves other
programs of this process as they were. A text that is not listed stays in English.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

_SPEAKING: Sequence[ModuleType] = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)
TEXTS = {
    "Usage:": "Uso:",
    "Options": "Opções",
    "Commands": "Comandos",
    "Positional arguments": "Argumentos",
    "Show this message and exit.": "Mostra esta ajuda.",
    "required": "obrigatória",
    "default: {default}": "padrão: {default}",
    "Aborted!": "Interrompido.",
    "Error: {message}": "erro: {message}",
    "Error: invalid input": "erro: resposta inválida",
    "Try '{command} {option}' for help.": "Ajuda: {command} {option}",
    "Missing command.": "Falta o comando.",
    "Missing argument": "Falta o argumento",
    "Missing option": "Falta a opção",
    "Missing parameter": "Falta o parâmetro",
    "No such option {name!r}.": "Não há a opção {name!r}.",
    "No such command {name!r}.": "Não há o comando {name!r}.",
    "Did you mean {possibility}?": "Seria {possibility}?",
    "(Did you mean one of: {possibilities}?)": "(Seria uma destas: {possibilities}?)",
    "Invalid value: {message}": "Valor inválido: {message}",
    "Invalid value for {param_hint}: {message}": "Valor inválido para {param_hint}: {message}",
    "{value!r} is not a valid {number_type}.": "{value!r} não é um número inteiro.",
    "Option {name!r} requires an argument.": "A opção {name!r} pede um valor.",
    "Option {name!r} does not take a value.": "A opção {name!r} não leva valor.",
    "Got unexpected extra argument ({args})": "Argumento que sobra ({args})",
    "Got unexpected extra arguments ({args})": "Argumentos que sobram ({args})",
}


def _translated(text: str) -> str:
    return TEXTS.get(text, text)


def _counted(singular: str, plural: str, count: int) -> str:
    return _translated(singular if count == 1 else plural)


@contextmanager
def speaking_portuguese() -> Iterator[None]:
    """Meanwhile click speaks Portuguese."""
    words = {"_": _translated, "ngettext": _counted}
    before = [
        (module, name, getattr(module, name))
        for module in _SPEAKING
        for name in words
        if hasattr(module, name)
    ]
    try:
        for module, name, _ in before:
            setattr(module, name, words[name])
        yield
    finally:
        for module, name, old in before:
            setattr(module, name, old)
