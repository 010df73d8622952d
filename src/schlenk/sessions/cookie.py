"""Sessions in a signed cookie, in Flask's own format: each reads the other's.

`CookieSessionInterface` behaves as `flask.sessions.SecureCookieSessionInterface` does, header for header.
`SafeCookieSessionInterface` is what `schlenk.Flask` uses: it also notices a change inside a value, by
comparing what it would write with what it read, and refuses to send a cookie that browsers drop.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

from flask import Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from werkzeug.http import dump_cookie, parse_cookie

from schlenk.encoding import is_stock, settings_of
from schlenk.sessions.codec import Codec

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from flask import Flask

_CODECS_KEPT = 64
_ATTRIBUTES_KEPT = 64

BROWSER_LIMIT = 4096
"""Bytes of name, value and attributes that a browser must be able to keep (RFC 6265, section 6.1)."""

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
        self._codecs: dict[Any, Codec] = {}
        self._attributes: dict[Any, tuple[str, str]] = {}

    def get_signing_serializer(self, app: Flask) -> Codec | None:
        """Return the serializer for the application's keys, or None without a secret key."""
        secret = app.secret_key
        if not secret:
            return None
        fallbacks = app.config["SECRET_KEY_FALLBACKS"]
        provider: Any = app.json
        key = (
            secret,
            tuple(fallbacks) if fallbacks else None,
            self.salt,
            self.key_derivation,
            self.digest_method,
            id(self.serializer),
            len(getattr(self.serializer, "tags", ())),
            settings_of(provider) if is_stock(provider) else None,
        )
        codec = self._codecs.get(key)
        if codec is None:
            if len(self._codecs) >= _CODECS_KEPT:
                self._codecs.clear()
            codec = self._codecs[key] = Codec(
                [*(fallbacks or ()), secret],
                self.salt,
                self.serializer,
                {"key_derivation": self.key_derivation, "digest_method": self.digest_method},
                provider,
            )
        return codec

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request: empty without a valid cookie, None without a secret key."""
        codec = self.get_signing_serializer(app)
        if codec is None:
            return None
        name = self.get_cookie_name(app)
        if type(request) is Request:
            return self._open(app, codec, cookie_value(request.environ, name))
        return self._open(app, codec, request.cookies.get(name))

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
        return bool(value) and (value[0] == "." or _mentions_permanent(value))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session's cookie and the headers that go with it, if they are due."""
        if not session or type(response) is not Response:
            super().save_session(app, session, response)
            return
        if session.accessed:
            _vary_on_cookie(response)
        if self.should_set_cookie(app, session):
            codec = self.get_signing_serializer(app)
            self._set_cookie(app, session, response, codec.dumps(dict(session)))  # type: ignore[union-attr]  # a session that is not null had a key
            _vary_on_cookie(response)

    def _set_cookie(self, app: Flask, session: SessionMixin, response: Response, value: str) -> None:
        name, attributes = self.get_cookie_name(app), self._cookie_attributes(app)
        expires = self.get_expiration_time(app, session)
        if expires is None:
            head, tail = self._around_value(name, attributes)
            cookie = f"{head}{value}{tail}"
            limit = response.max_cookie_size
            if not limit or len(cookie) <= limit:
                response.headers._list.append(("Set-Cookie", cookie))
                return
        response.set_cookie(name, value, expires=expires, **attributes)

    def _cookie_attributes(self, app: Flask) -> dict[str, Any]:
        return {
            "domain": self.get_cookie_domain(app),
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "partitioned": self.get_cookie_partitioned(app),
            "samesite": self.get_cookie_samesite(app),
            "httponly": self.get_cookie_httponly(app),
        }

    def _around_value(self, name: str, attributes: dict[str, Any]) -> tuple[str, str]:
        """Return what stands before and after the value in `Set-Cookie`."""
        key = (name, *attributes.values())
        around = self._attributes.get(key)
        if around is None:
            if len(self._attributes) >= _ATTRIBUTES_KEPT:
                self._attributes.clear()
            head, _, tail = dump_cookie(name, "", max_size=0, **attributes).partition("=")
            around = self._attributes[key] = (f"{head}=", tail)
        return around


class _Session(SecureCookieSession):
    """A session that remembers the text it was read from."""

    stored_text: str | None = None


class SafeCookieSessionInterface(CookieSessionInterface):
    """Cookie sessions that lose nothing: nested changes are saved, an over-long cookie is an error."""

    session_class = _Session

    def _open(self, app: Flask, codec: Codec, value: str | None) -> SecureCookieSession:
        max_age = int(app.permanent_session_lifetime.total_seconds())
        text = codec.verified_text(value, max_age) if value else None
        if text is None:
            return super()._open(app, codec, value)
        session = _Session(codec.loads_text(text))
        session.stored_text = text
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session's cookie if anything in it changed.

        Raises:
            SessionTooLargeError: the cookie would be over the browser's limit.
        """
        if session.accessed and not session.modified and isinstance(session, _Session):
            codec = self.get_signing_serializer(app)
            if session and codec is not None:
                session.modified = codec.dumps_text(dict(session)) != session.stored_text
        super().save_session(app, session, response)

    def _set_cookie(self, app: Flask, session: SessionMixin, response: Response, value: str) -> None:
        if len(value) > BROWSER_LIMIT // 2:
            name, attributes = self.get_cookie_name(app), self._cookie_attributes(app)
            expires = self.get_expiration_time(app, session)
            size = len(dump_cookie(name, value, expires=expires, max_size=0, **attributes))
            if size > BROWSER_LIMIT:
                raise SessionTooLargeError(name, size)
        super()._set_cookie(app, session, response, value)


def cookie_value(environ: WSGIEnvironment, name: str) -> str | None:
    """Return what `parse_cookie(environ).get(name)` returns.

    A header in which the name stands once, as browsers write it, is read where it stands; any other is
    parsed whole.
    """
    header = environ.get("HTTP_COOKIE")
    if not header:
        return None
    prefix = f"{name}="
    at = header.find(prefix)
    if at == -1:
        if name not in header and header.isascii():
            return None
    elif (
        (at == 0 or header[at - 2 : at] == "; ")
        and '"' not in header
        and header.isascii()
        and header.find(prefix, at + 1) == -1
    ):
        end = header.find(";", at)
        value = header[at + len(prefix) : end if end != -1 else None]
        if _is_token(value):
            return value
    return parse_cookie(environ).get(name)


def _mentions_permanent(value: str) -> bool:
    payload = value.partition(".")[0]
    try:
        text = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except ValueError:
        return True
    return b"_permanent" in text or b"\\u" in text


def _vary_on_cookie(response: Response) -> None:
    headers = response.headers
    if any(key.lower() == "vary" for key, _ in headers._list):
        response.vary.add("Cookie")
    else:
        headers._list.append(("Vary", "Cookie"))
