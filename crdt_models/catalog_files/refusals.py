"""What is wrong with a file, a row or a cell, and what to do about it.

Rules of this file:
1. A file that cannot be read at all is an error of its own class: nothing of it is taken.
2. A row that cannot be taken is a `Refusal` and hinders no other: line, field and value as the
   person's own file has them, a reason and a cure in Portuguese.
"""

from typing import Literal

import msgspec

from crdt_models.errors import DomainError

SHOWN_CHARACTERS = 60  # of a value that is told back


class UnreadableFile(DomainError):
    """Bytes that are no such file at all. reason: in Portuguese, about the person's own file."""

    code = "unreadable_file"
    sentence = "The file cannot be read: {reason}."
    cure = "Export it again as CSV in UTF-8 with a line of headings, or as JSON."


class FileTooLarge(DomainError):
    """More than one import takes. of: `bytes` or `linhas`."""

    code = "file_too_large"
    sentence = "The file has more than {limit} {of}."
    cure = "Divide the file and import the parts one after another."


class UnknownColumns(DomainError):
    """No heading, or none that says which product a row is about and what of it."""

    code = "unknown_columns"
    sentence = "The headings {found} do not name products."
    cure = "Name the columns in the first line: código; nome; preço …"


class TwoColumns(DomainError):
    """Two columns that mean the same: in each row they might contradict one another."""

    code = "two_columns"
    sentence = "The columns {one} and {other} mean the same."
    cure = "Rename or remove the one that is not meant."


Why = Literal[
    "ambiguous_amount",
    "bad_check_digit",
    "contradiction",
    "differs",
    "missing",
    "negative",
    "no_amount",
    "no_barcode",
    "no_choice",
    "no_digits",
    "no_object",
    "no_text",
    "repeated",
    "several",
    "spreadsheet_number",
    "taken",
    "too_large",
    "too_long",
    "too_many",
    "too_many_cells",
    "too_many_places",
]

# why → what is wrong, what to do; both may mention the details of the refusal.
TEXTS: dict[Why, tuple[str, str]] = {
    "ambiguous_amount": (
        "pode ser {one} ou {other}",
        "Escreva o valor com duas casas, como 1234,00.",
    ),
    "bad_check_digit": (
        "o último dígito deveria ser {expected}",
        "Confira o código com a embalagem, dígito por dígito.",
    ),
    "contradiction": (
        "é de outro produto que o indicado por {other}",
        "Deixe os códigos de um só produto em cada linha.",
    ),
    "differs": ("difere de {other}", "Deixe só um dos dois campos, ou o mesmo valor em ambos."),
    "missing": ("está vazio", "Preencha este campo para um produto novo."),
    "negative": ("é negativo", "Informe um preço de zero em diante."),
    "no_amount": ("não é um valor em reais", "Escreva como 44,00 ou R$ 1.234,56."),
    "no_barcode": ("não é um código de barras", "Use de 4 a 14 dígitos, sem letras."),
    "no_choice": ("não é um dos valores aceitos", "Use um destes: {choices}."),
    "no_digits": (
        "deveria ter {digits} dígitos",
        "Confira o código; planilhas tiram zeros do começo, a não ser em colunas de texto.",
    ),
    "no_object": ("não é um produto", "Cada item da lista precisa ser um objeto com campos."),
    "no_text": ("não é texto nem número", "Escreva um só valor neste campo."),
    "repeated": ("repete a linha {line}", "Deixe uma só linha para cada produto."),
    "several": (
        "é de {count} produtos do catálogo",
        "Corrija no catálogo o código repetido, ou indique o produto pelo código.",
    ),
    "spreadsheet_number": (
        "foi trocado pela planilha por um número arredondado",
        "Formate a coluna como texto, digite o código de novo e exporte.",
    ),
    "taken": (
        "já é do produto {name}",
        "Dê outro código a este produto, ou altere o outro antes.",
    ),
    "too_large": ("é grande demais", "Confira o valor; o máximo é {most}."),
    "too_long": ("tem mais de {most} caracteres", "Abrevie."),
    "too_many": ("tem mais de {most} códigos", "Deixe no máximo {most}."),
    "too_many_cells": (
        "a linha tem mais células que o cabeçalho",
        "Se um valor contém o separador (vírgula, por exemplo), ponha-o entre aspas.",
    ),
    "too_many_places": ("tem mais de duas casas decimais", "Arredonde para centavos."),
}


class CellRefused(Exception):
    """A cell that says nothing that could be taken. Caught where the row is read."""

    def __init__(self, why: Why, **details: str | int) -> None:
        super().__init__(why)
        self.why: Why = why
        self.details = details


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that kept a row out.

    line: of the file, or the number of the object in a list, from 1 · field: as the file names it,
    empty for the whole row · value: the beginning of what stands there · why: stable, for programs.
    """

    line: int
    field: str
    value: str
    why: Why
    reason: str
    cure: str


def refusal(line: int, field: str, value: object, error: CellRefused) -> Refusal:
    """What to tell of a cell."""
    reason, cure = TEXTS[error.why]
    return Refusal(
        line=line,
        field=shown(field),
        value=shown("" if value is None else str(value)),
        why=error.why,
        reason=reason.format_map(error.details),
        cure=cure.format_map(error.details),
    )


def shown(text: str) -> str:
    """The beginning of a text, such as every screen can show."""
    cut = text[:SHOWN_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return "".join(each if each.isprintable() else " " for each in cut)
