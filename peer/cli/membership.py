"""Belonging to a site: founding one, inviting into it, joining it, taking it back.

Rules of this file:
1. The letters of an invitation are nobody's yet, as far as this terminal knows: from the running
   one, else from its database, and from what it gave away (`Admissions`).
2. Who was let in is announced to the site by the running terminal, now or when it next starts.
"""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click
import trio

from crdt_models.errors import MalhaError
from crdt_models.ids import DeviceId
from peer.cli.program import Command, Program, administer, config, opened
from peer.config import Config

if TYPE_CHECKING:
    from peer.identity import Identity
    from peer.identity.admissions import Holder
    from peer.links.pairing import Admitted

ALL_INTERFACES = "0.0.0.0"


@click.group(cls=Program)
def site() -> None:
    """O estabelecimento a que este terminal pertence."""


@site.command("create")
@click.option("--name", required=True, metavar="NOME", help="Nome deste terminal: Balcão, Caixa 1.")
@click.option(
    "--letters",
    default="A",
    show_default=True,
    metavar="LETRAS",
    help="Letras nos números dos pedidos.",
)
def site_create(name: str, letters: str) -> None:
    """Funda um estabelecimento; este terminal é o primeiro administrador."""
    from peer.environment import RealEnvironment
    from peer.identity import Place, create_site
    from peer.terminal import open_log

    settings, environment = config(), RealEnvironment()
    created = create_site(
        Place(settings.home, settings.key_file),
        name=name,
        letters=letters,
        wall_seconds=environment.wall_ms() // 1000,
        dice=environment.dice,
    )
    open_log(settings, create=True).close()
    click.echo(f"estabelecimento {created.identity.site.hex()}")
    click.echo(f"terminal {created.identity.letters} {created.identity.device.hex()}")
    click.echo(f"código de recuperação: {created.recovery_code}")
    click.echo("Anote o código e guarde-o fora da loja: ele não fica neste computador.")


@click.command(cls=Command)
@click.option(
    "--letters",
    default=None,
    metavar="LETRAS",
    help="Letras do novo terminal; sem elas, as primeiras livres.",
)
@click.option(
    "--name", default="", metavar="NOME", help="Nome do novo terminal; vazio: ele escolhe."
)
@click.option(
    "--host", default=None, metavar="ENDEREÇO", help="Endereço em que esperar; padrão: todos."
)
@click.option(
    "--port",
    default=3003,
    show_default=True,
    metavar="PORTA",
    help="Porta em que esperar; 0: livre.",
)
def invite(letters: str | None, name: str, host: str | None, port: int) -> None:
    """Convida um terminal: mostra um convite que vale por 5 minutos, uma vez.

    Um terminal que já é membro é renovado, com as letras que tem.
    """
    from peer.identity import load

    settings = config()
    identity = load(settings.home)
    identity.issuing()  # first of all: without it there is nothing to look up
    given = None if letters is None else letters.upper()
    admitted = trio.run(_invite, settings, identity, given, name, host, port)
    certificate = admitted.certificate
    click.echo(f"entrou: terminal {certificate.letters} {certificate.name}")
    if not admitted.confirmed:
        click.echo("aviso: ele não confirmou; se não entrou, faça outro convite", err=True)
    _announce(admitted)


async def _invite(
    settings: Config,
    identity: "Identity",
    letters: str | None,
    name: str,
    host: str | None,
    port: int,
) -> "Admitted":
    from peer.environment import RealEnvironment
    from peer.links.address_book import join_address
    from peer.links.interfaces import own_addresses
    from peer.links.pairing import invite as invite_terminal

    def show(text: str, promised: str) -> None:
        click.echo(f"letras: {promised}")
        click.echo(f"convite: {text}")

    own = own_addresses() if settings.link_host == ALL_INTERFACES else [settings.link_host]
    return await invite_terminal(
        identity,
        host=host,
        port=port,
        name=name,
        letters=letters,
        environment=RealEnvironment(),
        show=show,
        roster=await _roster(settings),
        link_addresses=[join_address(each, settings.link_port) for each in own],
    )


async def _roster(settings: Config) -> "Sequence[Holder]":
    """The members known on this machine, and the letters this terminal was told to write with."""
    from peer.identity.admissions import Holder
    from peer.node.members import members_in

    told = administer("GET", "/api/sync/malha")
    if told is not None:
        found = [
            Holder(DeviceId(bytes.fromhex(each["dispositivo"])), each["letras"], each["nome"])
            for each in told["conhecidos"]
        ]
    else:
        with closing(await opened(settings)) as log:
            known = members_in(log)
        found = [Holder(device, each.letters, each.name) for device, each in known.items()]
    if settings.letters is not None:
        found.append(Holder(DeviceId(b""), settings.letters, "MALHA_LETTERS"))
    return found


def _announce(admitted: "Admitted") -> None:
    from crdt_models.certificates import encode_chain

    try:
        administer("POST", "/api/membros", {"cadeia": encode_chain(admitted.chain).hex()})
    except MalhaError:
        click.echo("aviso: será anunciado à loja quando este terminal reiniciar", err=True)


@click.command(cls=Command)
@click.argument("invitation", metavar="CONVITE")
@click.option(
    "--name", default="", metavar="NOME", help="Nome deste terminal, por exemplo Cozinha."
)
def join(invitation: str, name: str) -> None:
    """Entra em um estabelecimento com o convite mostrado por `malha invite`.

    Em um terminal que já é membro, renova o certificado.
    """
    from peer.environment import RealEnvironment
    from peer.identity import Place
    from peer.links.pairing import join as join_site

    settings = config()
    is_running = administer("GET", "/api/terminal") is not None
    place = Place(settings.home, settings.key_file)

    async def enter() -> None:
        joined = await join_site(invitation, place, name, environment=RealEnvironment())
        identity = joined.identity
        if not is_running:
            await _remember(settings, joined.addresses)
        click.echo(f"terminal {identity.letters} {identity.name} {identity.device.hex()}")
        click.echo(f"estabelecimento {identity.site.hex()}")

    trio.run(enter)
    if is_running:
        click.echo("aviso: reinicie o terminal; o certificado novo vale a partir daí", err=True)


async def _remember(settings: Config, addresses: Sequence[str]) -> None:
    """Where the inviter's links are: the new terminal's first way into the shop."""
    from peer.mesh import REMEMBERED
    from peer.storage.records import Batch

    with closing(await opened(settings, create=True)) as log:
        known = (log.setting(REMEMBERED) or "").split()
        together = "\n".join(dict.fromkeys([*addresses, *known]))
        log.append(Batch(settings={REMEMBERED: together}))


@click.command(cls=Command)
@click.option("--name", required=True, metavar="NOME", help="Nome deste terminal.")
@click.option(
    "--letters", required=True, metavar="LETRAS", help="Letras que nenhum outro terminal usa."
)
def recover(name: str, letters: str) -> None:
    """Torna este terminal administrador com o código de recuperação (pedido em seguida)."""
    from peer.environment import RealEnvironment
    from peer.identity import Place, restore_admin
    from peer.terminal import open_log

    settings, environment = config(), RealEnvironment()
    code = click.prompt("Código de recuperação", hide_input=True)
    identity = restore_admin(
        Place(settings.home, settings.key_file),
        code,
        name=name,
        letters=letters,
        wall_seconds=environment.wall_ms() // 1000,
        dice=environment.dice,
    )
    open_log(settings, create=True).close()
    click.echo(f"terminal {identity.letters} {identity.device.hex()}")
    click.echo(f"estabelecimento {identity.site.hex()}")
