"""Who is counted as one client: what one household or machine has of addresses."""

import ipaddress


def network(address: str) -> str:
    """An address as one household or machine has it: of IPv6 the first 64 bits, of which each has as many addresses
    as it likes."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip.packed[:8] + bytes(8), 64)))
