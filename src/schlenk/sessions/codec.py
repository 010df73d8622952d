"""The session cookie's format: itsdangerous' signature and Flask's tagged JSON, prepared once.

`Codec` is an `itsdangerous.URLSafeTimedSerializer`: it reads and writes the same bytes. What it saves is
work repeated for each request: deriving the key from the secret (two HMACs for each signature), a
compressor of 256 KB for a few dozen bytes, and walking data that holds no tagged value.

It refuses nothing itself. Whatever it cannot read at once (another key, a bad signature, an expired
cookie, an unusual value) goes to itsdangerous, which accepts it or raises the error it always raised.
"""

from __future__ import annotations

import json
import zlib
from binascii import a2b_base64, b2a_base64
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from flask.json.tag import TaggedJSONSerializer
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.signer import HMACAlgorithm

from schlenk.encoding import compact_encoder, is_stock, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask.json.provider import JSONProvider
    from itsdangerous import TimestampSigner

_SMALL = 240
"""Bytes up to which `_compress` gives zlib's default stream from a small compressor."""

_PLAIN = frozenset({str, int, bool, float, type(None)})
"""Types that tagging leaves alone."""

_decode = json.JSONDecoder().raw_decode

_STOCK_TAGS = frozenset(TaggedJSONSerializer().tags)
_STOCK_ORDER = TaggedJSONSerializer.default_tags


class Codec(URLSafeTimedSerializer):
    """A serializer for one set of keys.

    Args:
        keys: secrets, the current one last, as itsdangerous expects them.
        salt: what the secret is used for.
        serializer: turns session data into text.
        signer_kwargs: itsdangerous' `key_derivation` and `digest_method`.
        provider: the application's JSON provider, which Flask's tagged JSON goes through.

    Attributes:
        is_prepared: whether `verified_text` and `sign_text` serve these keys; not with a signer or a
            serializer of another kind.
    """

    def __init__(
        self,
        keys: Sequence[str | bytes],
        salt: str | bytes,
        serializer: Any,
        signer_kwargs: dict[str, Any],
        provider: JSONProvider,
    ) -> None:
        super().__init__(keys, salt=salt, serializer=serializer, signer_kwargs=signer_kwargs)  # type: ignore[arg-type]  # a list of str and bytes is accepted
        self._signer: TimestampSigner = self.make_signer(self.salt)  # type: ignore[assignment]
        self._macs = _macs(self._signer) if isinstance(serializer, TaggedJSONSerializer) else []
        self._encode = _encoder(serializer, provider)
        self.is_prepared = bool(self._macs)

    def loads(  # type: ignore[override]  # as itsdangerous' own timed serializer does
        self,
        s: str | bytes,
        max_age: int | None = None,
        return_timestamp: bool = False,
        salt: str | bytes | None = None,
    ) -> Any:
        """Return the data of a signed text.

        Raises:
            itsdangerous.BadSignature: it was not signed with a key of ours, or was signed too long ago.
        """
        if salt is None and not return_timestamp:
            text = self.verified_text(s, max_age)
            if text is not None:
                try:
                    return self.loads_text(text)
                except ValueError:
                    pass  # itsdangerous says what is wrong with it
        return super().loads(s, max_age, return_timestamp, salt)

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> str:
        """Return the data as signed text."""
        if salt is None and self.is_prepared:
            return self.sign_text(self.dumps_text(obj))
        return super().dumps(obj, salt)

    def verified_text(self, s: str | bytes, max_age: int | None) -> str | None:
        """Return the JSON inside a signed text, or None where only itsdangerous can tell."""
        if isinstance(s, str):
            if not s.isascii():
                return None
            s = s.encode()
        signed, _, signature = s.rpartition(b".")
        for mac in self._macs:
            if compare_digest(_encode64(mac(signed)), signature):
                break
        else:
            return None
        try:
            payload, _, stamp = signed.rpartition(b".")
            if max_age is not None:
                age = self._signer.get_timestamp() - int.from_bytes(_decode64(stamp), "big")
                if not 0 <= age <= max_age:
                    return None
            if payload.startswith(b"."):
                return zlib.decompress(_decode64(payload[1:])).decode()
            return _decode64(payload).decode()
        except (ValueError, zlib.error):
            return None

    def sign_text(self, text: str) -> str:
        """Return JSON as a signed text."""
        data = text.encode()
        compressed = _compress(data)
        shrinks = len(compressed) < len(data) - 1
        payload = b"." + _encode64(compressed) if shrinks else _encode64(data)
        stamp = self._signer.get_timestamp()
        signed = payload + b"." + _encode64(stamp.to_bytes((stamp.bit_length() + 7) // 8, "big"))
        return (signed + b"." + _encode64(self._macs[0](signed))).decode()

    def loads_text(self, text: str) -> Any:
        """Return the data of JSON, tagged values restored."""
        # Every stock tag is a key that starts with a space, so this text holds none.
        if self._encode is not None and '" ' not in text and "\\u" not in text:
            data, end = _decode(text)
            if end == len(text):
                return data
        return self.serializer.loads(text)

    def dumps_text(self, data: Any) -> str:
        """Return the data as JSON, values that JSON lacks tagged."""
        if self._encode is not None and _is_plain(data):
            return self._encode(data)
        return self.serializer.dumps(data)


def _macs(signer: TimestampSigner) -> list[Callable[[bytes], bytes]]:
    """Return a keyed HMAC for each secret, the current one first; none where the signer is unusual."""
    if type(signer.algorithm) is not HMACAlgorithm or signer.sep != b".":
        return []
    digest = signer.algorithm.digest_method
    return [_mac(signer.derive_key(secret), digest) for secret in reversed(signer.secret_keys)]


def _mac(key: bytes, digest: Callable[[bytes], Any]) -> Callable[[bytes], bytes]:
    """Return HMAC (RFC 2104) with its key, which is hashed here once and not with every message.

    PERF: half the time of `hmac.HMAC.copy` (`benchmarks/cycle`, the session views).
    """
    size = digest(b"").block_size
    if len(key) > size:
        key = digest(key).digest()
    key = key.ljust(size, b"\0")
    inner = digest(bytes(byte ^ 0x36 for byte in key))
    outer = digest(bytes(byte ^ 0x5C for byte in key))

    def mac(message: bytes) -> bytes:
        first = inner.copy()
        first.update(message)
        second = outer.copy()
        second.update(first.digest())
        return second.digest()  # type: ignore[no-any-return]  # hashlib's

    return mac


def _encoder(serializer: Any, provider: JSONProvider) -> Callable[[Any], str] | None:
    """Return what Flask's JSON would encode plain data with; None where it is not Flask's own."""
    if type(serializer) is not TaggedJSONSerializer or list(map(type, serializer.order)) != _STOCK_ORDER:
        return None
    if not is_stock(provider):
        return None
    return compact_encoder(*settings_of(provider))


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind is dict:
        if len(value) == 1 and next(iter(value)) in _STOCK_TAGS:
            return False
        return all(type(item) in _PLAIN or _is_plain(item) for item in value.values())
    return kind is list and all(type(item) in _PLAIN or _is_plain(item) for item in value)


_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def _encode64(data: bytes) -> bytes:
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def _decode64(text: bytes) -> bytes:
    return a2b_base64(text.translate(_FROM_URL) + b"==")


def _compress(data: bytes) -> bytes:
    """Return what `zlib.compress(data)` returns.

    PERF: a default compressor clears 256 KB; one with a window of 512 bytes and a table of its size finds
    the same matches in up to 240 bytes, and differs in the header that names the window
    (`benchmarks/cycle`, the session views).
    """
    if len(data) > _SMALL:
        return zlib.compress(data)
    compressor = zlib.compressobj(wbits=9, memLevel=5)
    stream = compressor.compress(data) + compressor.flush()
    return b"\x78\x9c" + stream[2:]
