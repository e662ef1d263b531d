"""`malha catalog import`: a file of products, through the terminal that runs here."""

from pathlib import Path
from typing import Any

import click

from crdt_models.catalog_files.tables import MAX_FILE_BYTES
from peer.cli.program import OPERATING_ERROR, Program, administer

IMPORT_SECONDS = 600.0  # ten thousand products at a slow till
REFUSALS_SHOWN = 100
_JSON = ".json"


@click.group("catalog", cls=Program)
def catalog() -> None:
    """O cardápio da loja."""


@catalog.command("import")
@click.argument("path", metavar="ARQUIVO", type=click.Path(path_type=Path))
@click.option("--dry-run", "only_told", is_flag=True, help="Só diz o que mudaria; nada é gravado.")
def catalog_import(path: Path, only_told: bool) -> None:
    """Traz produtos do ARQUIVO, CSV ou JSON (.json). O mesmo arquivo de novo nada muda.

    Linhas com erro ficam de fora e são listadas; o código de saída é então 1.
    """
    from peer.administration import JSON, File, NoTerminalRunning

    media_type = JSON if path.suffix.lower() == _JSON else "text/csv"
    with path.open("rb") as opened:
        content = opened.read(MAX_FILE_BYTES + 1)  # one too many is refused by the terminal
    file = File(content, media_type, IMPORT_SECONDS)
    query = "?simular=true" if only_told else ""
    told = administer("POST", f"/api/produtos/importar{query}", file)
    if told is None:
        raise NoTerminalRunning
    _show(told)
    if told["recusadas"]:
        raise SystemExit(OPERATING_ERROR)


def _show(told: dict[str, Any]) -> None:
    for refused in told["recusas"][:REFUSALS_SHOWN]:
        where = f"linha {refused['linha']}"
        if refused["campo"]:
            where += f", {refused['campo']} “{refused['valor']}”"
        click.echo(f"{where}: {refused['motivo']}. {refused['como_resolver']}")
    more = len(told["recusas"]) - REFUSALS_SHOWN
    if more > 0:
        click.echo(f"… e mais {more}")
    if told["colunas_ignoradas"]:
        click.echo(f"colunas ignoradas: {', '.join(told['colunas_ignoradas'])}")
    told_how = "seriam" if told["simulado"] else "foram"
    click.echo(
        f"{told['lidas']} linhas: {told['novos']} produtos {told_how} criados,"
        f" {told['alterados']} alterados; {told['iguais']} já estavam assim,"
        f" {told['recusadas']} recusadas"
    )
