from contextlib import suppress

import pytest
import trio

from simulations.demo.cables import LOOPBACK, Cable

DEADLINE_SECONDS = 10.0


async def _echo(stream: trio.SocketStream) -> None:
    with suppress(trio.BrokenResourceError):
        async for data in stream:
            await stream.send_all(data)


@pytest.fixture
async def cable(nursery: trio.Nursery) -> Cable:
    listeners = await nursery.start(trio.serve_tcp, _echo, 0)
    plugged = Cable(nursery, listeners[0].socket.getsockname()[1])
    await plugged.plug()
    return plugged


async def _says(stream: trio.SocketStream, data: bytes) -> bytes:
    await stream.send_all(data)
    return bytes(await stream.receive_some(100))


async def test_a_cable_carries_both_ways(cable: Cable) -> None:
    async with await trio.open_tcp_stream(LOOPBACK, cable.port) as stream:
        assert await _says(stream, b"oi") == b"oi"
        assert cable.statistics() == {"connections": 1, "refused": 0, "bytes": 4}


async def test_a_pulled_cable_resets_what_it_carries_and_refuses(cable: Cable) -> None:
    async with await trio.open_tcp_stream(LOOPBACK, cable.port) as stream:
        await _says(stream, b"oi")
        await cable.pull()
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some(100)
        with pytest.raises(OSError, match=r"refused|connect to"):
            await trio.open_tcp_stream(LOOPBACK, cable.port)
        assert not cable.plugged


async def test_a_plugged_cable_is_found_where_it_was(cable: Cable) -> None:
    port = cable.port
    await cable.pull()
    await cable.pull()
    await cable.plug()
    async with await trio.open_tcp_stream(LOOPBACK, port) as stream:
        assert await _says(stream, b"de novo") == b"de novo"


async def test_the_end_of_one_side_reaches_the_other(nursery: trio.Nursery) -> None:
    async def hang_up(stream: trio.SocketStream) -> None:
        await stream.receive_some(1)

    listeners = await nursery.start(trio.serve_tcp, hang_up, 0)
    cable = Cable(nursery, listeners[0].socket.getsockname()[1])
    await cable.plug()
    async with await trio.open_tcp_stream(LOOPBACK, cable.port) as stream:
        await stream.send_all(b"x")
        with trio.fail_after(DEADLINE_SECONDS):
            with suppress(trio.BrokenResourceError):
                assert await stream.receive_some(1) == b""


async def test_a_cable_to_a_machine_that_is_off_refuses(nursery: trio.Nursery) -> None:
    listener = (await trio.open_tcp_listeners(0, host=LOOPBACK))[0]
    off = listener.socket.getsockname()[1]
    await listener.aclose()
    cable = Cable(nursery, off)
    await cable.plug()
    async with await trio.open_tcp_stream(LOOPBACK, cable.port) as stream:
        with trio.fail_after(DEADLINE_SECONDS), pytest.raises(trio.BrokenResourceError):
            await stream.receive_some(1)
        assert cable.statistics()["refused"] == 1
