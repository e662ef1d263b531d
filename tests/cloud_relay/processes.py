"""Real relay processes on loopback, started and ended by the tests."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from cloud_relay.environment import RelayEnvironment
from cloud_relay.server import open_relay
from cloud_relay.settings import settings_from
from cloud_relay.storage.port import Role, Site, Tenant
from cloud_relay.storage.sqlite import SqliteStorage
from cloud_relay.tenants import create_token
from crdt_models.ids import SiteId
from crdt_models.receipts import (
    Answer,
    Claim,
    Question,
    Receipt,
    Upload,
    decode_answer,
    decode_token,
    encode_question,
    encode_upload,
    verify_receipt,
)

ROOT = Path(__file__).parents[2]


class RelayProcess:
    """One relay with a home of its own. `start` waits for its ready line."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        # A test must not inherit whatever the machine has set.
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self._environment = {
            **kept,
            "MALHA_RELAY_HOME": str(home),
            "PORT": "0",
            "PYTHONPATH": str(ROOT),
            "MALHA_RELAY_RATE": "100000",
            "MALHA_RELAY_BURST": "100000",
            **settings,
        }
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cloud_relay", *arguments],
            env=self._environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def token(self, site: SiteId, node: str, role: Role = "node", company: str = "acme") -> str:
        """Register the site if need be, and make a token, as the commands do."""
        environment, tenant = RelayEnvironment(), Tenant(company, site)
        with open_relay(settings_from(self._environment), environment) as relay:
            if tenant not in [each.tenant for each in relay.storage.sites()]:
                relay.storage.add_site(Site(tenant=tenant, name="", created=1))
            return create_token(
                relay.storage,
                tenant,
                node,
                role,
                secret=environment.random_bytes(32),
                relay_key=relay.identity.key,
                now_ms=1,
            )

    def register(self, site: SiteId, node: str, token: str, company: str = "acme") -> None:
        """Put the site and a token that exists into an empty registry, as restoring it would."""
        tenant, secret = Tenant(company, site), decode_token(token).secret
        settings = settings_from(self._environment)
        key = (self.home / "relay-database.key").read_bytes()
        storage = SqliteStorage.open(settings.database, key)
        storage.add_site(Site(tenant=tenant, name="", created=1))
        create_token(
            storage,
            tenant,
            node,
            "node",
            secret=secret,
            relay_key=decode_token(token).relay,
            now_ms=1,
        )
        storage.close()

    def start(self) -> str:
        with (self.home.parent / f"{self.home.name}.stderr").open("a") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cloud_relay", "run"],
                env=self._environment,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("malha-relay ready "), line
        self.url = line.split()[2]
        self._environment["PORT"] = self.url.rpartition(":")[2]  # a restart is found again
        return self.url

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        status = process.wait(30)
        assert process.stdout is not None
        process.stdout.close()
        return status


class Caller:
    """Speaks to a relay as one node does, and believes nothing that is not signed."""

    def __init__(self, url: str, token: str, site: SiteId) -> None:
        self._url, self._site = url, site
        self.relay = decode_token(token).relay
        self.headers = {"authorization": f"Bearer {token}", "content-type": "application/cbor"}
        self.http = httpx.Client(base_url=url, headers=self.headers, trust_env=False, timeout=30)

    def close(self) -> None:
        self.http.close()

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        return self.http.post(path, content=body, headers=headers)

    def upload(self, *changes: bytes) -> Receipt:
        body = encode_upload(Upload(self._site, changes))
        answer = self.post("/v1/changes", body)
        assert answer.status_code == 200, answer.text
        return verify_receipt(answer.content, self.relay, self._site, body)

    def ask(self, *claims: Claim, limit: int = 500) -> tuple[Answer, Receipt]:
        answer = self.post("/v1/have", encode_question(Question(self._site, claims, limit)))
        assert answer.status_code == 200, answer.text
        found = decode_answer(answer.content)
        return found, verify_receipt(found.receipt, self.relay, self._site)

    def stats(self) -> dict[str, object]:
        answer = self.http.get("/api/stats")
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found
