"""An uplink and a relay as they run: a process that is killed, real HTTP, real clocks."""

from pathlib import Path

import trio

from peer.environment import RealEnvironment
from peer.service.settings import Secret
from peer.uplink.uplink import Uplink, UplinkSettings, make_client
from tests.cloud_relay.conftest import Call, MakeRelay
from tests.cloud_relay.shop import LogNode, Terminal
from tests.cloud_relay.virtual import until

PATIENCE = 60.0


async def test_a_relay_that_is_killed_and_wiped_ends_with_everything(
    make_relay: MakeRelay, call: Call, tmp_path: Path
) -> None:
    counter = Terminal("counter")
    node = LogNode(tmp_path / "node.db", counter)
    relay = make_relay()
    token = relay.token(counter.site, "counter")
    url = await trio.to_thread.run_sync(relay.start)
    settings = UplinkSettings(
        url=url,
        token=Secret(token),
        interval_ms=200,
        retry_base_delay_ms=20,
        retry_max_delay_ms=200,
    )
    async with make_client() as http, trio.open_nursery() as nursery:
        uplink = Uplink(node, RealEnvironment(), http, settings, online=lambda: ())
        nursery.start_soon(uplink.run)
        node.store(*counter.day(400))
        for number in range(401, 441):
            node.store(counter.order(number))
            if number in (410, 425):
                relay.kill()
                await until(lambda: uplink.status().attempts > 0, PATIENCE)
                await trio.to_thread.run_sync(relay.start)
        await until(lambda: uplink.status().pending == 0, PATIENCE)
        stats = await trio.to_thread.run_sync(call(url, token, counter.site).stats)
        assert stats["content_digest"] == node.digest()
        relay.stop()
        for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
            (relay.home / name).unlink(missing_ok=True)
        # The keys are restored with the registry: the same relay, without its data.
        relay.register(counter.site, "counter", token)
        await trio.to_thread.run_sync(relay.start)
        await until(lambda: uplink.status().losses == 1, PATIENCE)
        await until(lambda: uplink.status().pending == 0, PATIENCE)
        stats = await trio.to_thread.run_sync(call(url, token, counter.site).stats)
        assert stats["content_digest"] == node.digest()
        nursery.cancel_scope.cancel()
    node.log.close()
