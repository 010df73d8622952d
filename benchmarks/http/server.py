"""A server that reads a request and sends constant bytes, in a process of its own."""

import socket
import sys
import threading
from contextlib import suppress

BODY = b'{"name": "Ada"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


def serve(connection: socket.socket) -> None:
    """Answer every request of a connection; requests here have no body or one that fits a read."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, suppress(ConnectionError):
        while connection.recv(65536):
            connection.sendall(ANSWER)


def main() -> None:
    """Tell the port and serve until the other end of standard input is closed."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    sys.stdin.read()


def accept(listener: socket.socket) -> None:
    """Give each connection a thread."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
