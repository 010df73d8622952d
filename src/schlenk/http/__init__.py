"""The HTTP client: requests' own objects over a Rust transport, with the defaults that requests lacks.

    from schlenk import http

    answer = http.get("http://127.0.0.1:5000/students", params={"page": 2})

`Session` is a `requests.Session`, every answer a `requests.Response`, every error one of
`requests.exceptions`. The package imports nothing else of Schlenk and is installed by `schlenk[http]`.
"""

try:
    import pyreqwest
    import requests
except ModuleNotFoundError as missing:
    raise ImportError(
        f'schlenk.http needs {missing.name}, which is not installed: pip install "schlenk[http]"'
    ) from missing

from requests import PreparedRequest, Request, exceptions

from schlenk.http.adapter import Adapter
from schlenk.http.api import delete, get, head, options, patch, post, put, request
from schlenk.http.asynchronous import AsyncSession
from schlenk.http.errors import AddressRefused, DeadlineExceeded, OutsideBase, ResponseTooLarge
from schlenk.http.response import Response
from schlenk.http.retries import Retries
from schlenk.http.session import Session

__all__ = [
    "Adapter",
    "AddressRefused",
    "AsyncSession",
    "DeadlineExceeded",
    "OutsideBase",
    "PreparedRequest",
    "Request",
    "Response",
    "ResponseTooLarge",
    "Retries",
    "Session",
    "delete",
    "exceptions",
    "get",
    "head",
    "options",
    "patch",
    "post",
    "put",
    "request",
]

del pyreqwest, requests
