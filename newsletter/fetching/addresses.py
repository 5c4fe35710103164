"""Which machines may be fetched from: those on the public internet, and no others.

A link to ``http://169.254.169.254/`` would read a cloud's passwords, one to
``http://localhost:5432/`` would speak to our own database.
"""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# NAT64 gateways carry an IPv4 address in the last 32 bits (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises ValueError on what is no network such as 10.0.0.0/8."""
    return tuple(ip_network(text, strict=False) for text in texts)


def may_fetch_from(address: str, allow: Iterable[Network]) -> bool:
    """Whether an IP address is public, or within a network somebody allowed."""
    whole = ip_address(address.partition("%")[0])  # without an IPv6 zone
    real = _unwrapped(whole)
    if any(one in network for network in allow for one in (whole, real)):
        return True
    # An address that carries another is as private as what it carries.
    return _is_public(real) and (real is not whole or _is_public(whole))


def _is_public(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, when it is only an envelope."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
