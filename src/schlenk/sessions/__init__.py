"""Sessions: the cookie format, and the interface that opens and saves a session for each request."""

from schlenk.sessions.cookie import (
    CookieSessionInterface,
    SafeCookieSessionInterface,
    SessionTooLargeError,
    altered,
    opens_on_touch,
)

__all__ = [
    "CookieSessionInterface",
    "SafeCookieSessionInterface",
    "SessionTooLargeError",
    "altered",
    "opens_on_touch",
]
