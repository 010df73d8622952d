"""The requests of the benchmark and what is aimed at for each."""

from dataclasses import dataclass

from .app import ROUTES


@dataclass(frozen=True)
class Case:
    """One request, and how many times faster than Flask it should be answered."""

    name: str
    target: float
    path: str
    method: str = "GET"
    body: bytes = b""
    signed_in: bool = False


CASES = (
    Case("text view", 20, "/text"),
    Case("JSON view", 12, "/json"),
    Case("view with one converter", 12, "/users/7"),
    Case(f"view among {ROUTES} dynamic routes", 12, f"/catalogue/shelf-{ROUTES // 2}/7"),
    Case("`url_for` in a view", 10, "/link"),
    Case("session read and write", 8, "/visit", signed_in=True),
    Case("session read", 8, "/whoami", signed_in=True),
    Case("hooks before and after, on a blueprint", 5, "/hooked/"),
    Case("form field + session + redirect", 5, "/name", "POST", b"name=Ada", signed_in=True),
    Case("404", 5, "/nowhere"),
)
