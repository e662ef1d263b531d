"""`malha-relay`: run the relay, register sites, hand out tokens.

Settings come from the environment, see `cloud_relay.settings`. Commands on the registry need the
relay to be stopped while its database is a SQLite file: one process holds it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
import trio

from cloud_relay.environment import RelayEnvironment
from cloud_relay.settings import settings_from
from cloud_relay.storage.port import BACK_OFFICE, NODE, Role, Site, Tenant, UnknownSite
from cloud_relay.tenants import create_token, site_of
from crdt_models.errors import MalhaError
from crdt_models.ids import SiteId
from crdt_models.receipts import KEY_BYTES
from peer.service.sqlite_errors import (
    DatabaseInUse,
    DatabaseMissing,
    NotOurDatabase,
    StorageBroken,
    WrongKey,
)

_BEGIN_EMPTY = (
    " If it is lost and has no backup, `malha-relay site add --rebuild` begins with an empty one"
    " and the same keys; give each terminal a new token, and it sends everything again."
)
_RESTORE = "Restore the database and its two key files from one backup, or move it away."
# The errors of a database say what helps a terminal; this is what helps a relay.
_CURES: dict[type[MalhaError], str] = {
    DatabaseInUse: "If it is a relay, stop it first, and start it again afterwards.",
    DatabaseMissing: "Mount its disk, or correct MALHA_RELAY_HOME or DATABASE_URL." + _BEGIN_EMPTY,
    WrongKey: _RESTORE + _BEGIN_EMPTY,
    StorageBroken: "Start it again. If that fails: " + _RESTORE + _BEGIN_EMPTY,
    NotOurDatabase: "Correct MALHA_RELAY_HOME or DATABASE_URL. Nothing was changed.",
}


@click.group()
def main() -> None:
    """The cloud relay of Malha."""


@main.command()
def run() -> None:
    """Serve until stopped; prints one line with its address when ready.

    `malha-relay settings` lists the environment variables that say where and how.
    """
    from cloud_relay.server import run as serve

    with _told():
        trio.run(serve, settings_from(os.environ), click.echo)


@main.command("settings")
def print_settings() -> None:
    """List the environment variables, their defaults and what they do."""
    import cloud_relay.settings

    click.echo(cloud_relay.settings.__doc__)


@main.command("openapi")
def print_openapi() -> None:
    """Print the OpenAPI description."""
    from cloud_relay.http_api import describe

    click.echo(json.dumps(describe(), indent=2, ensure_ascii=False))


@main.group()
def site() -> None:
    """The sites (shops) that may use this relay."""


@site.command("add")
@click.option("--company", required=True, help="Short name of the paying customer.")
@click.option("--site", "site_text", required=True, help="Site id, 32 hexadecimal digits.")
@click.option("--name", default="", help="What people call it.")
@click.option(
    "--rebuild", is_flag=True, help="The database is lost: begin with an empty one, same keys."
)
def add_site(company: str, site_text: str, name: str, rebuild: bool) -> None:
    """Register a site."""
    from cloud_relay.server import open_relay

    environment = RelayEnvironment()
    with (
        _told(),
        open_relay(settings_from(os.environ), environment, rebuild=rebuild) as relay,
    ):
        tenant = Tenant(company, _site(site_text))
        relay.storage.add_site(Site(tenant=tenant, name=name, created=environment.wall_ms()))
        click.echo(f"{company} {tenant.site.hex()}")


@site.command("list")
def list_sites() -> None:
    """Company, site, name and number of changes of each site."""
    from cloud_relay.server import open_relay

    with _told(), open_relay(settings_from(os.environ), RelayEnvironment()) as relay:
        for each in relay.storage.sites():
            click.echo(f"{each.tenant.company} {each.tenant.site.hex()} {each.changes} {each.name}")


@main.group()
def token() -> None:
    """The keys of peers and of the back office."""


@token.command("create")
@click.option("--site", "site_text", required=True, help="Site id, 32 hexadecimal digits.")
@click.option("--node", required=True, help="What the token's holder is called.")
@click.option("--role", type=click.Choice([NODE, BACK_OFFICE]), default=NODE)
def add_token(site_text: str, node: str, role: Role) -> None:
    """Print a new token, once; an older one of that node ends."""
    from cloud_relay.server import open_relay

    environment = RelayEnvironment()
    with _told(), open_relay(settings_from(os.environ), environment) as relay:
        tenant = _tenant(relay.storage.sites(), _site(site_text))
        text = create_token(
            relay.storage,
            tenant,
            node,
            role,
            secret=environment.random_bytes(KEY_BYTES),
            relay_key=relay.identity.key,
            now_ms=environment.wall_ms(),
        )
        click.echo(text)


@token.command("revoke")
@click.option("--site", "site_text", required=True, help="Site id, 32 hexadecimal digits.")
@click.option("--node", required=True)
def revoke_token(site_text: str, node: str) -> None:
    """End a node's token."""
    from cloud_relay.server import open_relay

    environment = RelayEnvironment()
    with _told(), open_relay(settings_from(os.environ), environment) as relay:
        tenant = _tenant(relay.storage.sites(), _site(site_text))
        if not relay.storage.revoke_token(tenant, node, environment.wall_ms()):
            raise click.ClickException(f"{node} has no token in force.")
        click.echo(f"revoked {node}")


@contextmanager
def _told() -> Iterator[None]:
    """Turns an operating error into its sentence and cure, and exit status 1."""
    try:
        yield
    except MalhaError as error:
        cure = next((it for kind, it in _CURES.items() if isinstance(error, kind)), error.cure)
        raise click.ClickException(f"{error} {cure}") from error


def _site(text: str) -> SiteId:
    found = site_of(text)
    if found is None:
        raise click.BadParameter("not 32 hexadecimal digits")
    return found


def _tenant(sites: list[Site], wanted: SiteId) -> Tenant:
    for each in sites:
        if each.tenant.site == wanted:
            return each.tenant
    raise UnknownSite
