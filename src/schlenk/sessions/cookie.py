"""Sessions in a signed cookie, in Flask's own format: each reads the other's.

`CookieSessionInterface` behaves as `flask.sessions.SecureCookieSessionInterface` does, header for header.
`SafeCookieSessionInterface` is what `schlenk.Flask` uses: it also notices a change inside a value, by
comparing what it would write with what it read, and refuses to send a cookie that browsers drop.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import flask
from flask import Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from werkzeug.datastructures import Headers
from werkzeug.http import dump_cookie, http_date
from werkzeug.sansio.http import parse_cookie

from schlenk.encoding import is_stock, settings_of
from schlenk.sessions.codec import Codec
from schlenk.wrappers import Request

if TYPE_CHECKING:
    from datetime import datetime
    from wsgiref.types import WSGIEnvironment

    from flask import Flask

_CODECS_KEPT = 64
_ATTRIBUTES_KEPT = 64

BROWSER_LIMIT = 4096
"""Bytes of name, value and attributes that a browser must be able to keep (RFC 6265, section 6.1)."""

# What the attributes of the cookie are made from.
_settings_of = itemgetter(
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH",
    "APPLICATION_ROOT",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_PARTITIONED",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_HTTPONLY",
)

# Types of values in which nothing can change.
_IMMUTABLE = frozenset({str, int, float, bool, type(None), bytes})

_OWN = frozenset({"_codecs", "_around"})

altered: list[CookieSessionInterface] = []
"""Interfaces on which something was assigned: a method, a salt, a serializer."""

_signing_of = attrgetter("serializer", "salt", "key_derivation", "digest_method")

_is_token = re.compile(r"[A-Za-z0-9_.\-]*").fullmatch


class SessionTooLargeError(RuntimeError):
    """A session does not fit into a cookie, and the browser would drop it without a word."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(
            f"The session cookie {name!r} would be {size:,} bytes with its name and attributes;"
            f" browsers drop a cookie of more than {BROWSER_LIMIT:,} bytes, and the session with it."
            " Keep less in the session, or keep its data on the server"
            " (a server-side session interface) and only an id in the cookie."
        )
        self.size = size


class CookieSessionInterface(SecureCookieSessionInterface):
    """Flask's cookie sessions, with keys derived once and cookies written without detours."""

    def __init__(self) -> None:
        self._codecs: dict[Any, tuple[Any, Codec]] = {}
        self._around: dict[Any, tuple[str, str, str]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Assign, and note an interface that is not what its class says any more."""
        super().__setattr__(name, value)
        if name not in _OWN and self not in altered:
            altered.append(self)

    def __delattr__(self, name: str) -> None:
        """Delete, and note an interface that is what its class says again."""
        super().__delattr__(name)
        if self in altered and self.__dict__.keys() <= _OWN:
            altered.remove(self)

    def get_signing_serializer(self, app: Flask) -> Codec | None:
        """Return the serializer for the application's keys, or None without a secret key."""
        secret = app.secret_key
        if not secret:
            return None
        fallbacks = app.config["SECRET_KEY_FALLBACKS"]
        provider = app.json
        signing = _signing_of(self)
        made_for = (
            fallbacks and tuple(fallbacks),
            signing,
            len(getattr(signing[0], "order", ())),
            settings_of(provider) if is_stock(provider) else provider,
        )
        key = secret if isinstance(secret, str) else bytes(secret)
        known = self._codecs.get(key)
        if known is not None and known[0] == made_for:
            return known[1]
        if len(self._codecs) >= _CODECS_KEPT:
            self._codecs.clear()
        codec = Codec(
            [*(fallbacks or ()), secret],
            self.salt,
            self.serializer,
            {"key_derivation": self.key_derivation, "digest_method": self.digest_method},
            provider,
        )
        self._codecs[key] = made_for, codec
        return codec

    def open_session(self, app: Flask, request: flask.Request) -> SecureCookieSession | None:
        """Return the session of a request: empty without a valid cookie, None without a secret key."""
        codec = self.get_signing_serializer(app)
        if codec is None:
            return None
        if type(request) is Request:
            return self._open(app, codec, cookie_value(request.environ, self.get_cookie_name(app)))
        return self._open(app, codec, request.cookies.get(self.get_cookie_name(app)))

    def open_environ(self, app: Flask, environ: WSGIEnvironment) -> SecureCookieSession | None:
        """Do what `open_session` does, for a request whose object nobody asked for."""
        codec = self.get_signing_serializer(app)
        if codec is None:
            return None
        return self._open(app, codec, cookie_value(environ, self.get_cookie_name(app)))

    def _open(self, app: Flask, codec: Codec, value: str | None) -> SecureCookieSession:
        if not value:
            return self.session_class()
        max_age = int(app.permanent_session_lifetime.total_seconds())
        try:
            return self.session_class(codec.loads(value, max_age=max_age))
        except BadSignature:
            return self.session_class()

    def may_be_permanent(self, app: Flask, environ: WSGIEnvironment) -> bool:
        """Tell whether a session that nobody opened may have to be sent again.

        A permanent session is refreshed by every request. A payload that is not compressed shows
        whether it is permanent; this looks at it without trusting it.
        """
        if (
            "HTTP_COOKIE" not in environ
            or not app.config["SESSION_REFRESH_EACH_REQUEST"]
            or not app.secret_key
        ):
            return False
        value = cookie_value(environ, self.get_cookie_name(app))
        return value is not None and (value[:1] == "." or _mentions_permanent(value))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session's cookie and the headers that go with it, if they are due."""
        if not session or not _takes_headers(response):
            super().save_session(app, session, response)
            return
        is_due = self.should_set_cookie(app, session)
        if session.accessed:
            _vary_on_cookie(response)
        if is_due:
            codec = self.get_signing_serializer(app)
            self._set_cookie(app, session, response, codec.dumps(dict(session)))  # type: ignore[union-attr]  # a session that is not null had a key
            if not session.accessed:
                _vary_on_cookie(response)

    def _set_cookie(self, app: Flask, session: SessionMixin, response: Response, value: str) -> None:
        expires = self.get_expiration_time(app, session)
        cookie = self._cookie(app, value, expires)
        limit = app.config["MAX_COOKIE_SIZE"]
        if limit and len(cookie) > limit:
            name, attributes = self._name_and_attributes(app)
            dump_cookie(name, value, expires=expires, max_size=limit, **attributes)  # which warns
        response.headers._list.append(("Set-Cookie", cookie))

    def _cookie(self, app: Flask, value: str, expires: datetime | None) -> str:
        """Return the value of `Set-Cookie`."""
        key = _settings_of(app.config) if opens_on_touch(self) else None
        around = self._around.get(key)
        if around is None:
            name, attributes = self._name_and_attributes(app)
            around = _around_value(name, attributes)
            if key is not None:
                if len(self._around) >= _ATTRIBUTES_KEPT:
                    self._around.clear()
                self._around[key] = around
        head, domain, tail = around
        until = "" if expires is None else f"; Expires={http_date(expires)}"
        return f"{head}{value}{domain}{until}{tail}"

    def _name_and_attributes(self, app: Flask) -> tuple[str, dict[str, Any]]:
        return self.get_cookie_name(app), {
            "domain": self.get_cookie_domain(app),
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "partitioned": self.get_cookie_partitioned(app),
            "samesite": self.get_cookie_samesite(app),
            "httponly": self.get_cookie_httponly(app),
        }


def _takes_headers(response: Any) -> bool:
    """Tell whether appending to a response's headers does what its own methods would do."""
    kind = type(response)
    return kind is Response or (
        issubclass(kind, Response)
        and kind.set_cookie is Response.set_cookie
        and type(response.headers) is Headers
    )


def _around_value(name: str, attributes: dict[str, Any]) -> tuple[str, str, str]:
    """Return what stands before the value in `Set-Cookie`, after it, and after `Expires`."""
    head, _, domain = dump_cookie(name, max_size=0, path=None, domain=attributes["domain"]).partition("=")
    tail = dump_cookie(name, max_size=0, **{**attributes, "domain": None}).partition("=")[2]
    return f"{head}=", domain, tail


class _Session(SecureCookieSession):
    """A session that remembers the text it was read from."""

    stored_text: str | None = None


class SafeCookieSessionInterface(CookieSessionInterface):
    """Cookie sessions that lose nothing: nested changes are saved, an over-long cookie is an error."""

    session_class = _Session

    def _open(self, app: Flask, codec: Codec, value: str | None) -> SecureCookieSession:
        if not value or not codec.is_prepared:
            return super()._open(app, codec, value)
        max_age = int(app.permanent_session_lifetime.total_seconds())
        # One spelling only: itsdangerous also takes a signature with padding or stray characters.
        text = codec.verified_text(value, max_age)
        if text is None:
            return _Session()
        data = codec.loads_text(text)
        if not isinstance(data, dict):
            return _Session()
        session = _Session(data)
        session.stored_text = text
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session's cookie if anything in it changed, and keep the answer out of shared caches.

        Raises:
            SessionTooLargeError: the cookie would be over the browser's limit.
        """
        if (
            session.accessed
            and not session.modified
            and isinstance(session, _Session)
            and not _IMMUTABLE.issuperset(map(type, session.values()))
        ):
            codec = self.get_signing_serializer(app)
            if codec is not None:
                session.modified = codec.dumps_text(dict(session)) != session.stored_text
        if session and not _takes_headers(response) and self.should_set_cookie(app, session):
            codec = self.get_signing_serializer(app)
            if codec is not None:
                self._cookie(app, codec.dumps(dict(session)), self.get_expiration_time(app, session))
        super().save_session(app, session, response)
        if session.accessed:
            _keep_private(response)

    def _cookie(self, app: Flask, value: str, expires: datetime | None) -> str:
        cookie = super()._cookie(app, value, expires)
        if len(cookie) > BROWSER_LIMIT:
            raise SessionTooLargeError(self.get_cookie_name(app), len(cookie))
        return cookie


_STOCK = frozenset({CookieSessionInterface, SafeCookieSessionInterface})


def opens_on_touch(interface: Any) -> bool:
    """Tell whether a session interface is one of these, unaltered, so that opening later is the same."""
    return interface.__class__ in _STOCK and (not altered or interface not in altered)


def cookie_value(environ: WSGIEnvironment, name: str) -> str | None:
    """Return what `request.cookies.get(name)` returns.

    A header in which the name stands once, as browsers write it, is read where it stands; any other is
    parsed whole.
    """
    header = environ.get("HTTP_COOKIE")
    if not header:
        return None
    prefix = f"{name}="
    if header.startswith(prefix) and _is_token(header, len(prefix)):
        return header[len(prefix) :]  # type: ignore[no-any-return]  # environ values are Any
    at = header.find(prefix)
    if at == -1:
        if name not in header and header.isascii():
            return None
    elif (
        (at == 0 or header[at - 2 : at] == "; ")
        and header.find(name) == at
        and header.find(name, at + 1) == -1
        and '"' not in header
        and header.isascii()
    ):
        end = header.find(";", at)
        value = header[at + len(prefix) : end if end != -1 else None]
        if _is_token(value):
            return value  # type: ignore[no-any-return]  # environ values are Any
    return parse_cookie(header).get(name)


def _mentions_permanent(value: str) -> bool:
    payload = value.partition(".")[0]
    try:
        text = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except ValueError:
        return True
    return b"_permanent" in text or b"\\u" in text


def _keep_private(response: Response) -> None:
    headers = response.headers
    if type(headers) is not Headers:
        headers.setdefault("Cache-Control", "private")
    elif not any(key.lower() == "cache-control" for key, _ in headers._list):
        headers._list.append(("Cache-Control", "private"))


def _vary_on_cookie(response: Response) -> None:
    headers = response.headers._list
    for key, _ in headers:
        if key.lower() == "vary":
            response.vary.add("Cookie")
            return
    headers.append(("Vary", "Cookie"))
