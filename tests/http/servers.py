"""Servers for tests of the client: one that echoes, and one that sends any bytes at any pace."""

import base64
import gzip
import json
import socket
import struct
import time
import zlib
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

RESET = object()
"""Close the connection with a reset."""


class Echo(BaseHTTPRequestHandler):
    """Answers with what was asked, in as many ways as `/anything`, `/redirect`, `/status`, … name."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def answer(self):
        """Answer any method."""
        path = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(path.query).items()}
        self.server.seen.append((self.command, self.path, list(self.headers.items())))
        body = self.body()
        kind, *rest = path.path.strip("/").split("/")
        respond = getattr(self, f"at_{kind}", None) or self.at_anything
        respond(rest, query, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_PURGE = answer

    def body(self):
        """Read the body, chunked or not."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def at_anything(self, rest, query, body):
        """Tell what was asked. Headers that each transport words its own way are left out."""
        told = {
            "method": self.command,
            "path": self.path,
            "headers": sorted([n.lower(), v] for n, v in self.headers.items() if n.lower() != "connection"),
            "body": base64.b64encode(body).decode(),
        }
        self.reply(200, json.dumps(told).encode(), [("Content-Type", "application/json")])

    def at_redirect(self, rest, query, body):
        """Redirect with the status of the path to where the query says."""
        self.reply(int(rest[0]), b"moved", [("Location", query["to"]), *self.cookies(query)])

    def at_loop(self, rest, query, body):
        """Redirect to itself."""
        self.reply(302, b"again", [("Location", "/loop")])

    def at_status(self, rest, query, body):
        """Answer the status of the path."""
        self.reply(
            int(rest[0]), b"as you wish", [("Retry-After", query["after"])] if "after" in query else []
        )

    def at_times(self, rest, query, body):
        """Answer 503 that many times, then 200."""
        self.server.left = getattr(self.server, "left", int(rest[0])) - 1
        self.reply(503 if self.server.left >= 0 else 200, b"now", [])

    def at_cookies(self, rest, query, body):
        """Set the cookies of the query."""
        self.reply(200, b"set", self.cookies(query))

    def at_auth(self, rest, query, body):
        """Ask for basic authentication."""
        given = self.headers.get("Authorization")
        wanted = [("WWW-Authenticate", 'Basic realm="here"')]
        self.reply(200, given.encode(), []) if given else self.reply(401, b"who?", wanted)

    def at_encoded(self, rest, query, body):
        """Answer text in the content encoding of the path."""
        text = b"a text that is long enough to be worth it, " * 50
        data = {"gzip": gzip.compress(text, mtime=0), "deflate": zlib.compress(text)}.get(rest[0], b"broken")
        self.reply(200, data, [("Content-Encoding", rest[0]), ("Content-Type", "text/plain; charset=utf-8")])

    def at_text(self, rest, query, body):
        """Answer words in the charset of the path."""
        text = "Grüße".encode(rest[0])
        self.reply(200, text, [("Content-Type", f"text/plain; charset={rest[0]}")])

    def at_chunked(self, rest, query, body):
        """Answer in chunks."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (b"one ", b"two ", b"three"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def at_words(self, rest, query, body):
        """Answer with a header that is not ASCII."""
        self.reply(200, b"words", [("X-Words", "Grüße".encode().decode("latin-1"))])

    def cookies(self, query):
        """Return a header for each of the cookies that the query names."""
        return [("Set-Cookie", f"{n}={v}; Path=/") for n, v in query.items() if n != "to"]

    def reply(self, status, body, headers):
        """Send an answer."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args):
        """Keep quiet."""


class EchoServer(ThreadingHTTPServer):
    """The echoing server, and the requests that it has seen."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Echo)
        self.seen = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, address):
        """Keep quiet about clients that went away."""


@contextmanager
def echo():
    """Run an echoing server."""
    server = EchoServer()
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Raw:
    """Answers connection after connection with the next of `answers`, and the last one from then on."""

    def __init__(self, *answers, drip=0.0, hold=False, delay=0.0):
        self.answers, self.drip, self.hold, self.delay = list(answers), drip, hold, delay
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.listener.close()

    def accept(self):
        """Serve each connection in a thread."""
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        """Read a request and send the answer."""
        with connection, suppress(OSError):
            self.requests.append(connection.recv(65536))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            time.sleep(self.delay)
            if answer is RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if self.drip:
                for byte in answer:
                    connection.sendall(bytes([byte]))
                    time.sleep(self.drip)
            else:
                connection.sendall(answer)
            if self.hold:
                connection.recv(1)


OK = b"HTTP/1.1 200 OK\r\n"


def ok(body=b"", *headers):
    """Return an answer that closes the connection."""
    lines = [OK, b"Content-Length: %d\r\nConnection: close\r\n" % len(body)]
    return b"".join([*lines, *(header + b"\r\n" for header in headers), b"\r\n", body])
