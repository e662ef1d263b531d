"""This machine's own addresses, as far as other machines can use them."""

import ipaddress
from collections.abc import Iterator

import ifaddr


def own_addresses() -> list[str]:
    """Addresses that are neither loopback nor link-local, sorted; IPv4 first. May block."""
    found = {address for address in _all() if not (address.is_loopback or address.is_link_local)}
    return [str(address) for address in sorted(found, key=lambda each: (each.version, each.packed))]


def _all() -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            yield ipaddress.ip_address(each.ip if isinstance(each.ip, str) else each.ip[0])
