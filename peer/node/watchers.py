"""Who wants to know of every commit, and how far behind they may be.

Telling never waits: a watcher that lags too far is dropped, finds its channel ended and starts over
from the log. So one slow front end costs the shop neither time nor memory.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from peer.node.requests import Commit

WATCH_LENGTH = 1024  # commits a watcher may lag before it must start over


class Watchers:
    """dropped: watchers that lagged too far, since the start."""

    def __init__(self) -> None:
        self.dropped = 0
        self._channels: dict[int, trio.MemorySendChannel[Commit]] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._channels)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[trio.MemoryReceiveChannel[Commit]]:
        """Commits from now on, in order."""
        send, receive = trio.open_memory_channel[Commit](WATCH_LENGTH)
        number, self._next = self._next, self._next + 1
        self._channels[number] = send
        try:
            with receive:
                yield receive
        finally:
            self._channels.pop(number, None)
            send.close()

    def tell(self, commit: Commit) -> None:
        """Must not await: everyone is told of a commit at once."""
        for number, channel in list(self._channels.items()):
            try:
                channel.send_nowait(commit)
            except trio.WouldBlock:
                self.dropped += 1
                self._channels.pop(number).close()
            except trio.BrokenResourceError:
                self._channels.pop(number, None)

    def end(self) -> None:
        """Nobody waits for ever on a writer that has ended."""
        for channel in self._channels.values():
            channel.close()
