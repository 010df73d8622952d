"""JSON text as Flask's default provider writes it, from an encoder that is set up once."""

from __future__ import annotations

import json
from json import encoder
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask.json.provider import DefaultJSONProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.json.provider import JSONProvider

    Encode = Callable[[Any], str]

_make_encoder = getattr(encoder, "c_make_encoder", None)
_dumps = DefaultJSONProvider.dumps
_response = DefaultJSONProvider.response
_METHODS = frozenset({"dumps", "loads", "response"})


def is_stock(provider: JSONProvider) -> bool:
    """Tell whether a JSON provider is Flask's own: configured perhaps, but with its own methods."""
    return (
        provider.__class__ is DefaultJSONProvider
        and DefaultJSONProvider.dumps is _dumps
        and DefaultJSONProvider.response is _response
        and _METHODS.isdisjoint(provider.__dict__)
    )


settings_of: Callable[[Any], tuple[Any, ...]] = attrgetter("default", "ensure_ascii", "sort_keys")
"""Return what decides the text that a stock provider writes, apart from indentation."""


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
    text_of = encoder.encode_basestring_ascii if ensure_ascii else encoder.encode_basestring
    # Without a dict of the containers it is in (the first argument) an encoder keeps nothing between
    # calls and serves all threads; a value inside itself then ends in a RecursionError.
    chunks_of = _make_encoder(None, default, text_of, None, ":", ",", sort_keys, False, True)

    def encode(value: Any) -> str:
        try:
            return "".join(chunks_of(value, 0))
        except RecursionError:
            return json.dumps(
                value,
                default=default,
                ensure_ascii=ensure_ascii,
                sort_keys=sort_keys,
                separators=(",", ":"),
            )

    return encode
