"""Sessions: the cookie format, and the interface that opens and saves a session for each request."""

from schlenk.sessions.cookie import CookieSessionInterface, SafeCookieSessionInterface

__all__ = ["CookieSessionInterface", "SafeCookieSessionInterface"]
