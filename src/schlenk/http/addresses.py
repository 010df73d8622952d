"""Guarded mode: which addresses a URL that a user typed may lead to.

The host is read by the parser of the transport, because `http://2130706433/`, `http://127.1/` and
`http://0x7f.1/` are the loopback there. A name is resolved here, every address of it has to be public, and
the connection is then made to the very address that was looked at: a name that changes its address between
the look and the connection (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from schlenk.http.errors import AddressRefused

if TYPE_CHECKING:
    from pyreqwest.http import Url

__all__ = ["is_public", "public_address"]

_NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052, section 2.1: the last 32 bits are the IPv4 address that is meant."""

_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
"""RFC 8215, section 4: a network's own translation, which may lead to its inside."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of the public Internet (RFC 6890), also inside IPv6.

    Example:
        >>> [is_public(ip_address(text)) for text in ("8.8.8.8", "169.254.169.254", "::ffff:127.0.0.1")]
        [True, False, False]
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour  # RFC 4291, section 2.5.5.2; RFC 3056
        if inner is None and address.teredo:
            inner = address.teredo[1]  # RFC 4380, section 4
        if inner is None and address in _NAT64:
            inner = IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or address in _LOCAL_NAT64:  # RFC 3879 withdrew it; networks still use it
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def public_address(url: Url) -> str:
    """Return the address to connect to.

    Raises:
        AddressRefused: the host is, or resolves to, an address that is not public, or it does not resolve.
    """
    host = (url.host_str or "").strip("[]")
    found = [host] if url.domain is None else _resolve(host, url.port_or_known_default or 0)
    for text in found:
        try:
            public = is_public(ip_address(text.partition("%")[0]))
        except ValueError:
            public = False
        if not public:
            raise AddressRefused(
                f"{host!r} is refused in guarded mode: it leads to an address that is not public. "
                "If this URL is not from a user, send it with a session that is not guarded."
            )
    return found[0]


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise AddressRefused(f"{host!r} is refused in guarded mode: it does not resolve ({error})") from error
    return [str(address[0]) for *_, address in found]
