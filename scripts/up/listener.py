"""The address the platform answers at: bound before anything starts, so that a taken port is said at once."""

from __future__ import annotations

import errno
import ipaddress
import socket

from scripts.exits import Failed, Misconfigured

__all__ = ["bind", "is_loopback", "local_url"]


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens nowhere yet. Port 0 takes a free one. Raises Failed or Misconfigured."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise Misconfigured(f"--host {host} is no address of this machine: {error.strerror}.") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port in its last minute after a restart is free; one that somebody listens on is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Failed(f"Port {port} on {host} is taken by another program; choose another with --port.") from error
        if error.errno == errno.EACCES:
            raise Failed(f"Port {port} may not be opened by this user; choose one above 1023 with --port.") from error
        raise Misconfigured(f"Can't listen on {host}:{port}: {error.strerror}.") from error
    listener.set_inheritable(False)
    return listener


def local_url(listener: socket.socket) -> str:
    """How this machine itself reaches the listener: loopback where it is bound to every address."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(listener: socket.socket) -> bool:
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback
