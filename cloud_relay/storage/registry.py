"""Sites and tokens in SQL that both engines understand: who is who, before any tenant's data.

A token is looked up by the hash of its secret, so a copy of this database lets nobody in.
"""

from cloud_relay.storage.port import Role, Site, SiteTaken, Tenant, Token, UnknownSite
from cloud_relay.storage.read_tables import Sql
from crdt_models.ids import SiteId
from peer.service.sqlite_driver import SqlRow

_TOKEN = "SELECT company, site, node, role, secret_hash, created, revoked FROM token"


class SqlRegistry:
    """Sites and tokens on one open connection."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def require(self, tenant: Tenant) -> None:
        """Raises UnknownSite unless the site is registered for the company."""
        found = self._sql.rows(
            "SELECT 1 FROM site WHERE company = ? AND site = ?", (tenant.company, tenant.site)
        )
        if not found:
            raise UnknownSite

    def add_site(self, site: Site) -> None:
        tenant = site.tenant
        if self._sql.rows("SELECT 1 FROM site WHERE site = ?", (tenant.site,)):
            raise SiteTaken(site=tenant.site.hex())
        self._sql.run(
            "INSERT INTO site(company, site, name, created) VALUES (?, ?, ?, ?)",
            (tenant.company, tenant.site, site.name, site.created),
        )

    def sites(self) -> list[Site]:
        found = self._sql.rows(
            "SELECT company, site, name, created, last_position FROM site ORDER BY company, site"
        )
        return [
            Site(
                tenant=Tenant(str(row[0]), SiteId(bytes(row[1]))),
                name=str(row[2]),
                created=int(row[3]),
                changes=int(row[4]),
            )
            for row in found
        ]

    def add_token(self, token: Token) -> None:
        self.require(token.tenant)
        self._sql.run(
            "INSERT INTO token(company, site, node, role, secret_hash, created, revoked)"
            " VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (company, site, node) DO UPDATE SET"
            " role = excluded.role, secret_hash = excluded.secret_hash,"
            " created = excluded.created, revoked = NULL",
            (
                token.tenant.company,
                token.tenant.site,
                token.node,
                token.role,
                token.secret_hash,
                token.created,
            ),
        )

    def revoke_token(self, tenant: Tenant, node: str, at: int) -> bool:
        known = any(each.node == node and each.revoked is None for each in self.tokens(tenant))
        if known:
            self._sql.run(
                "UPDATE token SET revoked = ? WHERE company = ? AND site = ? AND node = ?",
                (at, tenant.company, tenant.site, node),
            )
        return known

    def token(self, secret_hash: bytes) -> Token | None:
        found = self._sql.rows(
            f"{_TOKEN} WHERE secret_hash = ? AND revoked IS NULL", (secret_hash,)
        )
        return _token(found[0]) if found else None

    def tokens(self, tenant: Tenant) -> list[Token]:
        found = self._sql.rows(
            f"{_TOKEN} WHERE company = ? AND site = ? ORDER BY node", (tenant.company, tenant.site)
        )
        return [_token(row) for row in found]


def _token(row: SqlRow) -> Token:
    company, site, node, role, secret_hash, created, revoked = row
    found: Role = "node" if role == "node" else "back_office"
    return Token(
        tenant=Tenant(company, SiteId(bytes(site))),
        node=node,
        role=found,
        secret_hash=bytes(secret_hash),
        created=int(created),
        revoked=None if revoked is None else int(revoked),
    )
