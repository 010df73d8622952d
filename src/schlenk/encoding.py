"""JSON text as Flask's default provider writes it, from an encoder that is set up once."""

from __future__ import annotations

import json
from json import encoder
from typing import TYPE_CHECKING, Any

from flask.json.provider import DefaultJSONProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.json.provider import JSONProvider

    Encode = Callable[[Any], str]

_make_encoder = getattr(encoder, "c_make_encoder", None)
_METHODS = frozenset({"dumps", "loads", "response"})


def is_stock(provider: JSONProvider) -> bool:
    """Tell whether a JSON provider is Flask's own: configured perhaps, but with its own methods."""
    return provider.__class__ is DefaultJSONProvider and _METHODS.isdisjoint(provider.__dict__)


def settings_of(provider: Any) -> tuple[Callable[[Any], Any], bool, bool]:
    """Return what decides the text that a stock provider writes, apart from indentation."""
    return provider.default, provider.ensure_ascii, provider.sort_keys


def compact_encoder(default: Callable[[Any], Any], ensure_ascii: bool, sort_keys: bool) -> Encode:
    """Return a function that writes JSON without spaces, as `json.dumps` does.

    PERF: `json.dumps` sets up two encoders for each call when it is given any option
    (`benchmarks/cycle.py`, the JSON view).

    Example:
        >>> compact_encoder(str, True, True)({"b": 1, "a": [None]})
        '{"a":[null],"b":1}'
    """
    if _make_encoder is None:
        return json.JSONEncoder(
            default=default,
            ensure_ascii=ensure_ascii,
            sort_keys=sort_keys,
            separators=(",", ":"),
        ).encode
    make_encoder = _make_encoder
    text_of = encoder.encode_basestring_ascii if ensure_ascii else encoder.encode_basestring

    def encode(value: Any) -> str:
        # The first argument holds the containers being written, to notice one inside itself; an
        # encoder that failed would leave them there for the next call.
        chunks = make_encoder({}, default, text_of, None, ":", ",", sort_keys, False, True)(
            value, 0
        )
        return "".join(chunks)

    return encode
