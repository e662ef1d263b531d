"""The keys of the programs that use this terminal's API, whether it runs or not."""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import click
import trio

from peer.cli.program import Program, administer, config, opened

if TYPE_CHECKING:
    from peer.http_api.front_ends import FrontEnds

T = TypeVar("T")


@click.group("front-end", cls=Program)
def front_end() -> None:
    """As chaves dos programas que usam a API deste terminal."""


@front_end.command("add")
@click.argument("name", metavar="NOME")
def front_end_add(name: str) -> None:
    """Cria uma chave para o programa NOME e a mostra, uma única vez."""
    answer = administer("POST", "/api/front-ends", {"nome": name})
    if answer is None:
        key = _offline(lambda front_ends: front_ends.issue(name))
    else:
        key = str(answer["chave"])
    click.echo(key)


@front_end.command("list")
def front_end_list() -> None:
    """Lista os programas que têm chave."""
    answer = administer("GET", "/api/front-ends")
    if answer is None:
        names = _offline(lambda front_ends: [each.name for each in front_ends.list()])
    else:
        names = [each["nome"] for each in answer["front_ends"]]
    for name in names:
        click.echo(name)


@front_end.command("revoke")
@click.argument("name", metavar="NOME")
def front_end_revoke(name: str) -> None:
    """Anula a chave do programa NOME."""
    if administer("DELETE", f"/api/front-ends/{quote(name, safe='')}") is None:
        _offline(lambda front_ends: front_ends.revoke(name))
    click.echo(f"chave de {name} anulada")


def _offline(act: "Callable[[FrontEnds], T]") -> T:
    """Open the database of a terminal that is off, just for this."""
    from peer.environment import RealEnvironment
    from peer.http_api.front_ends import FrontEnds
    from peer.identity import load

    settings = config()
    load(settings.home)  # first of all: without a site there is no key and no database either
    with closing(trio.run(opened, settings)) as log:
        return act(FrontEnds(log, RealEnvironment()))
