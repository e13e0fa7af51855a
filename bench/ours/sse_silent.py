"""Live sessions whose clients stop reading: opened, read up to `initial`, then left alone.

`python -m bench.ours.sse_silent PORT PATH COUNT` with the API keys in SSE_KEYS. Prints `ready`; then answers each line
of its standard input with how many of its connections the server has reset.
"""

from __future__ import annotations

import os
import socket
import sys

__all__: list[str] = []

_SEGMENT_BYTES = 1400
"""As over a network. On loopback one segment is 64 KiB, and the kernel holds megabytes back for each connection."""
_RECEIVE_BYTES = 16 * 1024
_OPEN_SECONDS = 30.0
_TCP_CLOSE = 7
"""`include/net/tcp_states.h`"""


def main() -> None:
    port, path, count, keys = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), os.environ["SSE_KEYS"].split(",")
    connections = [_open(port, path, keys[number % len(keys)]) for number in range(count)]
    print("ready", flush=True)
    for _ in sys.stdin:
        print(sum(_is_closed(connection) for connection in connections), flush=True)


def _open(port: int, path: str, key: str) -> socket.socket:
    connection = socket.socket()
    connection.settimeout(_OPEN_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT_BYTES)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
    connection.connect(("127.0.0.1", port))
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n\r\n"
    connection.sendall(request.encode())
    seen = b""
    while b"event: initial" not in seen:
        piece = connection.recv(4096)
        if not piece:
            raise ConnectionError(f"the stream was closed before it began: {seen[:200]!r}")
        seen += piece
    return connection


def _is_closed(connection: socket.socket) -> bool:
    """Asked of the kernel: nothing is read."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_CLOSE


if __name__ == "__main__":
    main()
