"""Discovers with the terminal's own parts: `observing_neighbour.py SITE_HEX SECONDS`.

Nothing is dialled. Prints what the address book and the discovery have come to, as JSON.
"""

import json
import logging
import random
import resource
import sys
import time

import trio

from crdt_models.ids import SiteId
from peer.links.address_book import AddressBook, Source
from peer.links.mdns import MdnsDiscovery


class Dice:
    """The system's randomness is as good as any here."""

    def random_bytes(self, count: int) -> bytes:
        return random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return random.uniform(low, high)


async def main() -> None:
    site, seconds = SiteId(bytes.fromhex(sys.argv[1])), float(sys.argv[2])
    book = AddressBook(random.uniform)
    most = 0

    def sighted(address: str) -> None:
        nonlocal most
        book.learn(address, Source.DISCOVERED, time.monotonic())
        most = max(most, len(book))

    discovery = MdnsDiscovery(site, Dice())
    with trio.move_on_after(seconds):
        await discovery.run(3002, sighted)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "addresses": most,
        "looked_up": discovery.statistics["looked_up"],
        "responders_made": discovery.statistics["responders_made"],
        "cpu_ms": round((used.ru_utime + used.ru_stime) * 1000),
        "memory_mb": used.ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    trio.run(main)
