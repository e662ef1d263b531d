"""Announces peers that do not exist: `flooding_neighbour.py SITE_HEX SECONDS PER_SECOND ADDRESS`.

Half of them carry the site's own tag, so they get as far as the address book of a victim. Prints
how many were sent, as JSON.
"""

import json
import random
import socket
import sys
import time

from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSService, DNSText
from zeroconf.const import (
    _CLASS_IN,
    _CLASS_UNIQUE,
    _FLAGS_AA,
    _FLAGS_QR_RESPONSE,
    _TYPE_A,
    _TYPE_PTR,
    _TYPE_SRV,
    _TYPE_TXT,
)

from peer.links.mdns import SERVICE_TYPE, site_tag

GROUP = ("224.0.0.251", 5353)
TTL_SECONDS = 120


def announcement(dice: random.Random, site: bytes, tagged: bool) -> bytes:
    name = f"{dice.randbytes(8).hex()}.{SERVICE_TYPE}"
    server = f"{dice.randbytes(8).hex()}.local."
    salt = dice.randbytes(8)
    tag = site_tag(site, salt) if tagged else dice.randbytes(8)
    pairs = (f"s={salt.hex()}".encode(), f"t={tag.hex()}".encode())
    text = b"".join(bytes([len(each)]) + each for each in pairs)
    address = socket.inet_aton(f"10.203.{dice.randrange(256)}.{dice.randrange(1, 255)}")
    unique = _CLASS_IN | _CLASS_UNIQUE
    out = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
    out.add_answer_at_time(DNSPointer(SERVICE_TYPE, _TYPE_PTR, _CLASS_IN, TTL_SECONDS, name), 0)
    out.add_answer_at_time(
        DNSService(name, _TYPE_SRV, unique, TTL_SECONDS, 0, 0, dice.randrange(1, 65536), server), 0
    )
    out.add_answer_at_time(DNSText(name, _TYPE_TXT, unique, TTL_SECONDS, text), 0)
    out.add_answer_at_time(DNSAddress(server, _TYPE_A, unique, TTL_SECONDS, address), 0)
    return bytes(out.packets()[0])


def main() -> None:
    site, seconds, per_second = bytes.fromhex(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    dice = random.Random(1)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[4]))
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    sender.bind(("", 5353))
    began = time.monotonic()
    sent = 0
    while (passed := time.monotonic() - began) < seconds:
        while sent < passed * per_second:
            sender.sendto(announcement(dice, site, tagged=sent % 2 == 0), GROUP)
            sent += 1
        time.sleep(0.005)
    sys.stdout.write(json.dumps({"sent": sent}))


if __name__ == "__main__":
    main()
