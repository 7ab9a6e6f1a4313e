"""What a downloading process may touch: public addresses and one folder, nothing else.

An audit hook sees every connection that Python code makes with the address it really goes to, after
name resolution and on every redirect, so no spelling of an address and no rebinding of a name gets
past it. It cannot see what C code or another process does, so processes are refused altogether.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_ALLOCATED_IPV6 = IPv6Network("2000::/3")  # RFC 4291 section 2.4: all global unicast so far
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1

_CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_STARTS_PROCESS = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
}
_CHANGES_PATHS = {  # event: how many of its first arguments are paths
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
}
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refused(BaseException):
    """The download broke a rule. Not an ``Exception``: no extractor may catch it and go on."""


def install(folder: Path, allowed_networks: Iterable[str]) -> None:
    """Guard this process from now on; there is no way back.

    Args:
        folder: the only folder below which files may be made, changed or removed.
        allowed_networks: networks that may be reached although they are not public.
    """
    sys.dont_write_bytecode = True
    networks = [ip_network(network) for network in allowed_networks]
    root = folder.resolve()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CONNECTS:
            _check_address(arguments[1], networks)
        elif event in _STARTS_PROCESS:
            # An OSError, which yt-dlp takes for "not installed": it looks for helpers it can spare.
            raise PermissionError(f"a download may not start processes ({event})")
        elif event == "ftplib.connect":
            raise Refused("only http and https can be downloaded, not ftp")
        elif event == "open" and arguments[2] & _WRITE_FLAGS:
            _check_path(arguments[0], root)
        else:
            for path in arguments[: _CHANGES_PATHS.get(event, 0)]:
                _check_path(path, root)

    sys.addaudithook(hook)


def is_allowed(address: Address, allowed_networks: Iterable[Network]) -> bool:
    """Return whether ``address`` is public or in one of the networks.

    An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4) is judged as that one.
    """
    if isinstance(address, IPv6Address):
        address = _carried_ipv4(address) or address
    if any(address in network for network in allowed_networks):
        return True
    if isinstance(address, IPv6Address) and address not in _ALLOCATED_IPV6:
        return False
    return address.is_global and not address.is_multicast


def _carried_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour


def _check_address(target: Any, networks: list[Network]) -> None:
    host = target[0] if isinstance(target, tuple) else target
    try:
        allowed = is_allowed(ip_address(str(host)), networks)
    except ValueError:  # a Unix socket, or a name that would be resolved out of our sight
        allowed = False
    if not allowed:
        raise Refused(
            f"{host} is a private or reserved address "
            "(HEATERS_DOWNLOAD_ALLOW_PRIVATE=true allows those)"
        )


def _check_path(path: Any, root: Path) -> None:
    if isinstance(path, int):  # an open file, whose opening was checked
        return
    real = Path(os.fsdecode(path)).resolve()
    if not real.is_relative_to(root):
        raise Refused(f"the download tried to write outside its folder, to {real}")
