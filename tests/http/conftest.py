"""The echoing servers of the client's tests: two, because credentials must not go from one to the other."""

import socket
import ssl
from contextlib import suppress
from threading import Thread

import pytest
import trustme
from tests.http.servers import echo, ok


@pytest.fixture
def server():
    """A server that echoes."""
    with echo() as running:
        yield running


@pytest.fixture
def stranger():
    """Another one, on another port: another origin."""
    with echo() as running:
        yield running


@pytest.fixture(scope="session")
def authority():
    """A certificate authority that nobody trusts."""
    return trustme.CA()


@pytest.fixture(scope="session")
def tls_bundle(authority, tmp_path_factory):
    """The path of a bundle that trusts it."""
    path = tmp_path_factory.mktemp("tls") / "bundle.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def tls_server(authority):
    """The URL of a TLS server with a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def serve():
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection):
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            wrapped.sendall(ok(b"sealed"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
