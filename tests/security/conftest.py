"""The client's servers serve the tests of attacks as well."""

from tests.http.conftest import authority, server, stranger, tls_bundle, tls_server

__all__ = ["authority", "server", "stranger", "tls_bundle", "tls_server"]
