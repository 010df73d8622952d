"""The session cookie's format, held against itsdangerous and Flask."""

import hmac
import zlib
from datetime import UTC, datetime
from hashlib import sha1
from uuid import UUID

import pytest
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, SignatureExpired
from markupsafe import Markup

from schlenk.sessions import CookieSessionInterface
from schlenk.sessions.codec import _compress, _mac

KEY = "a secret of this test, thirty-two bytes"
DAY = 24 * 3600

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)
tagged = (
    st.binary(max_size=20)
    | st.uuids()
    | st.text(max_size=9).map(Markup)
    | st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2)).map(
        lambda when: when.replace(microsecond=0)
    )
)
values = st.recursive(
    scalars | tagged,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)
sessions = st.dictionaries(st.text(max_size=12), values, max_size=6)


def serializers(secret=KEY, fallbacks=None):
    """Return Flask's serializer and ours for the same application."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=secret, SECRET_KEY_FALLBACKS=fallbacks)
    return (
        SecureCookieSessionInterface().get_signing_serializer(app),
        CookieSessionInterface().get_signing_serializer(app),
    )


@given(sessions)
def test_what_flask_signs_opens_here(data):
    """A session that Flask wrote is read with the same content and the same types."""
    flasks, ours = serializers()
    signed = flasks.dumps(data)
    assert (ours.loads(signed, max_age=DAY), repr(ours.loads(signed))) == (
        flasks.loads(signed, max_age=DAY),
        repr(flasks.loads(signed)),
    )


@given(sessions)
def test_what_is_signed_here_is_what_flask_signs(data):
    """Flask, with the same keys in the same second, would have written the same bytes."""
    flasks, ours = serializers()
    with pytest.MonkeyPatch.context() as patch, Flask(__name__).app_context():
        patch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _: 1_700_000_000)
        assert ours.dumps(data) == flasks.dumps(data)


@given(st.binary(max_size=300))
def test_a_small_compressor_writes_zlibs_own_stream(data):
    """Compressed payloads are byte for byte those of `zlib.compress`."""
    assert _compress(data) == zlib.compress(data)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_the_keyed_digest_is_hmac(key, message):
    """The prepared HMAC gives what the standard library's gives, for keys of any length."""
    assert _mac(key, sha1)(message) == hmac.digest(key, message, "sha1")


@given(sessions, st.data())
def test_one_changed_character_is_refused(data, draw):
    """A changed text is refused, or is another spelling of the same bytes, exactly as in itsdangerous."""
    flasks, ours = serializers()
    signed = ours.dumps(data)
    at = draw.draw(st.integers(0, len(signed) - 1))
    other = draw.draw(st.sampled_from("Ab0-_.= é"))
    changes = [signed[:at] + other + signed[at + 1 :], signed[:at] + other + signed[at:], signed[:at]]
    forged = draw.draw(st.sampled_from(changes))
    try:
        expected = flasks.loads(forged, max_age=DAY)
    except BadSignature as e:
        with pytest.raises(type(e)):
            ours.loads(forged, max_age=DAY)
    else:
        assert repr(ours.loads(forged, max_age=DAY)) == repr(expected) == repr(flasks.loads(signed))


def test_an_old_cookie_is_expired():
    """A signature older than the session's lifetime raises what itsdangerous raises."""
    _, ours = serializers()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _: 1_000)
        signed = ours.dumps({"user": 7})
    with pytest.raises(SignatureExpired):
        ours.loads(signed, max_age=DAY)


def test_a_cookie_from_the_future_is_expired():
    """A clock that was set back does not make a signature valid for longer."""
    _, ours = serializers()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _: 2_000)
        signed = ours.dumps({"user": 7})
        patch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _: 1_000)
        with pytest.raises(SignatureExpired):
            ours.loads(signed, max_age=DAY)


def test_a_retired_key_still_opens():
    """A cookie signed with a key of SECRET_KEY_FALLBACKS is read; new ones use the new key."""
    old, _ = serializers("the key of last year, long enough")
    _, ours = serializers(fallbacks=["the key of last year, long enough"])
    flasks, _ = serializers()
    assert ours.loads(old.dumps({"user": 7})) == {"user": 7}
    assert flasks.loads(ours.dumps({"user": 7})) == {"user": 7}


def test_a_key_that_was_never_ours_is_refused():
    """A cookie signed with another secret does not open."""
    stranger, _ = serializers("another secret altogether, long enough")
    _, ours = serializers()
    with pytest.raises(BadSignature):
        ours.loads(stranger.dumps({"user": 7}))


def test_a_registered_tag_is_used_from_then_on():
    """A tag registered after the first request is written and read like Flask's own."""
    from flask.json.tag import JSONTag, TaggedJSONSerializer

    class TagComplex(JSONTag):
        __slots__ = ()
        key = " c"

        def check(self, value):
            return isinstance(value, complex)

        def to_json(self, value):
            return [value.real, value.imag]

        def to_python(self, value):
            return complex(*value)

    app = Flask(__name__)
    app.secret_key = KEY
    interface = CookieSessionInterface()
    interface.serializer = TaggedJSONSerializer()
    interface.get_signing_serializer(app).dumps({})
    interface.serializer.register(TagComplex)
    codec = interface.get_signing_serializer(app)
    assert codec.loads(codec.dumps({"z": 1j})) == {"z": 1j}


def test_the_applications_json_settings_count():
    """Session text follows the application's JSON provider, as Flask's does."""
    app = Flask(__name__)
    app.secret_key = KEY
    interface = CookieSessionInterface()
    assert interface.get_signing_serializer(app).dumps_text({"b": "é", "a": 1}) == '{"a":1,"b":"\\u00e9"}'
    app.json.ensure_ascii = app.json.sort_keys = False
    assert interface.get_signing_serializer(app).dumps_text({"b": "é", "a": 1}) == '{"b":"é","a":1}'


def test_another_json_provider_is_asked():
    """A provider with methods of its own writes the session, as it does in Flask."""

    class Loud(DefaultJSONProvider):
        def dumps(self, obj, **kwargs):
            return super().dumps({key.upper(): value for key, value in obj.items()}, **kwargs)

    app = Flask(__name__)
    app.secret_key = KEY
    app.json = Loud(app)
    with app.app_context():
        assert CookieSessionInterface().get_signing_serializer(app).dumps_text({"a": 1}) == '{"A":1}'


def test_uuid_and_tuple_keep_their_types():
    """Values that JSON lacks come back as what they were."""
    _, ours = serializers()
    data = {"id": UUID(int=7), "pair": (1, b"\x00"), "html": Markup("<b>")}
    assert repr(ours.loads(ours.dumps(data))) == repr(data)
