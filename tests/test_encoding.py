"""The JSON encoder, held against `json.dumps`."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum

import flask
import pytest
from flask.json.provider import DefaultJSONProvider, JSONProvider
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from schlenk import encoding
from schlenk.encoding import compact_encoder, is_stock, settings_of

stock_default = DefaultJSONProvider.default


@dataclass
class Point:
    """A value that only Flask's default function can write."""

    x: int
    y: object


class Grade(IntEnum):
    """A number with a name."""

    GOOD = 2


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
special = (
    st.dates()
    | st.datetimes(min_value=datetime(1900, 1, 1))
    | st.uuids()
    | st.decimals()
    | st.text().map(Markup)
    | st.builds(Point, st.integers(), st.text())
    | st.just(Grade.GOOD)
)
keys = st.text()
mixed_keys = st.text() | st.integers() | st.floats() | st.booleans() | st.none()


def values(key):
    """Return a strategy of nested data with such keys."""
    return st.recursive(
        plain | special,
        lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(key, inner, max_size=5),
        max_leaves=8,
    )


def written(write, value):
    """Return the text written, or the type and words of the error."""
    try:
        return write(value)
    except (TypeError, ValueError, RecursionError) as e:
        return type(e), str(e)


def dumps(default=stock_default, ensure_ascii=True, sort_keys=True):
    """Return the second implementation: `json.dumps` with the same settings."""
    return lambda value: json.dumps(
        value,
        default=default,
        ensure_ascii=ensure_ascii,
        sort_keys=sort_keys,
        separators=(",", ":"),
    )


@given(values(keys), st.booleans(), st.booleans())
def test_any_data_is_the_text_of_dumps(value, ensure_ascii, sort_keys):
    """Every setting of Flask's provider gives the text that `json.dumps` gives."""
    settings = (stock_default, ensure_ascii, sort_keys)

    assert written(compact_encoder(*settings), value) == written(dumps(*settings), value)


@given(values(mixed_keys), st.booleans())
def test_keys_that_are_not_text_are_written_or_refused_as_by_dumps(value, sort_keys):
    """Keys become text in the same way, and what cannot be sorted is the same error."""
    settings = (stock_default, True, sort_keys)

    assert written(compact_encoder(*settings), value) == written(dumps(*settings), value)


@given(values(keys), st.booleans(), st.booleans())
def test_without_the_compiled_encoder_the_text_is_the_same(value, ensure_ascii, sort_keys):
    """An interpreter without C's encoder writes nothing else."""
    settings = (stock_default, ensure_ascii, sort_keys)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "_make_encoder", None)
        encode = compact_encoder(*settings)

    assert written(encode, value) == written(dumps(*settings), value)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", [1, {"a": 1j}], {(1, 2): 3}], ids=repr)
def test_a_value_that_json_lacks_is_the_same_error(value):
    """The provider's own words reach whoever reads the log."""
    assert written(compact_encoder(stock_default, True, True), value) == written(dumps(), value)


def test_the_values_flask_adds_are_written_as_flask_writes_them():
    """Dates, identifiers, decimals, data classes and markup need no conversion by the view."""
    value = [date(2024, 2, 29), uuid.UUID(int=7), Decimal("1.10"), Point(1, "é"), Markup("<b>")]
    app = flask.Flask(__name__)

    assert compact_encoder(stock_default, True, True)(value) == app.json.dumps(value, separators=(",", ":"))


def circular():
    """Return a dict that contains itself, and a list and a default function that lead back to themselves."""
    in_dict, in_list = {}, []
    in_dict["again"] = [in_dict]
    in_list.append({"again": in_list})
    return [(in_dict, None), (in_list, None), (object(), lambda value: [value])]


@pytest.mark.parametrize(("value", "default"), circular(), ids=["dict", "list", "default"])
def test_a_value_inside_itself_is_the_error_of_dumps(value, default):
    """A circle is a ValueError that says so, not a recursion that ran out."""
    encode = compact_encoder(default, True, False)

    assert written(encode, value) == (ValueError, "Circular reference detected")
    assert written(encode, value) == written(dumps(default, True, False), value)


@pytest.mark.parametrize("depth", [900, 100_000])
def test_very_deep_data_is_written_or_refused_as_by_dumps(depth):
    """Depth alone changes nothing about what is written and what is refused."""
    value = []
    for _ in range(depth):
        value = [value]
    kinds = [written(write, value) for write in (compact_encoder(None, True, True), dumps(None))]

    assert kinds[0] == kinds[1]


def test_an_error_leaves_nothing_behind():
    """After a circle and after a refused value the same encoder writes as before."""
    encode = compact_encoder(stock_default, True, True)
    circle = []
    circle.append(circle)
    for bad in (circle, [object()]):
        with pytest.raises((ValueError, TypeError)):
            encode(bad)

    assert encode({"b": [1], "a": {}}) == '{"a":{},"b":[1]}'


def test_one_encoder_serves_all_threads():
    """Values written at the same time do not mix, the same list in several of them included."""
    encode, shared = compact_encoder(lambda value: {"n": value.real}, True, True), list(range(100))
    data = [{"n": n, "shared": shared, "complex": complex(n)} for n in range(400)]
    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(encode, data))

    assert texts == [dumps(lambda value: {"n": value.real})(value) for value in data]


def test_the_stock_provider_is_known_and_others_are_not():
    """A subclass, another class or a method assigned on the instance is somebody else's JSON."""
    app = flask.Flask(__name__)
    assigned = DefaultJSONProvider(app)
    assigned.dumps = str

    class Own(DefaultJSONProvider):
        pass

    providers = [DefaultJSONProvider(app), assigned, Own(app), JSONProvider(app)]
    assert [is_stock(provider) for provider in providers] == [True, False, False, False]


def test_settings_are_read_where_they_were_set():
    """What an application sets on its provider is what decides the text."""
    provider = DefaultJSONProvider(flask.Flask(__name__))
    provider.sort_keys, provider.ensure_ascii, provider.default = False, False, repr

    assert settings_of(provider) == (repr, False, False)
