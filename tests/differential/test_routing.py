"""The router alone: rules, paths and values drawn at random, matched and built by Werkzeug and by Schlenk."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import werkzeug.routing
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, BuildError, MapAdapter, Rule, ValidationError

from schlenk.routing import Map

from .strategies import METHODS, ODD_PATHS, SEGMENTS, URL_VALUES, WORDS, _chance, _of, paths, rules

FUZZ = int(os.environ.get("SCHLENK_FUZZ", "0"))
RULE_OPTIONS = (
    ("methods", ("GET",)), ("methods", ("POST",)), ("methods", ("GET", "POST")),
    ("methods", ("PUT", "delete")),
    ("methods", ("OPTIONS",)), ("methods", ()), ("strict_slashes", False), ("strict_slashes", True),
    ("merge_slashes", False), ("merge_slashes", True), ("alias", True), ("defaults", (("x", 1),)),
    ("defaults", (("x", "a"),)), ("defaults", (("page", 1),)), ("redirect_to", "/b"),
    ("redirect_to", "b/<x>"),
    ("websocket", True), ("build_only", True), ("subdomain", "sub"), ("subdomain", "<s>"),
    ("host", "other.example"),
    ("host", "<h>.example"),
)  # fmt: skip
MAP_OPTIONS = (
    ("strict_slashes", False), ("merge_slashes", False), ("redirect_defaults", False),
    ("sort_parameters", True),
    ("default_subdomain", "sub"), ("host_matching", True),
)  # fmt: skip


class Picky(BaseConverter):
    """Refuses one word and raises the letters of the others."""

    def to_python(self, value: str) -> str:
        if value == "bad":
            raise ValidationError
        return value.upper()

    def to_url(self, value: object) -> str:
        return super().to_url(str(value).lower())


class Pair(BaseConverter):
    """Two words with a comma."""

    regex = r"[^/]+?,[^/]+"

    def to_python(self, value: str) -> list[str]:
        return value.split(",")

    def to_url(self, value: object) -> str:
        return ",".join(value)


class Wide(BaseConverter):
    """Takes several segments."""

    part_isolating = False
    regex = r"w/[^/]+/\d+"


class Plain(BaseConverter):
    """A converter that changes nothing but its name."""


class Failing(BaseConverter):
    """Fails with an error that is no refusal."""

    def to_python(self, value: str) -> str:
        if value == "boom":
            raise LookupError("no such thing")
        return value

    def to_url(self, value: object) -> str:
        if value == "boom":
            raise ValidationError("cannot be built")
        return super().to_url(value)


CONVERTERS = {"picky": Picky, "pair": Pair, "wide": Wide, "mine": Plain, "writing": Plain, "failing": Failing}


@dataclass(frozen=True)
class Rules:
    """A map, as plain data; the rules of `late` are added after it was first used."""

    early: tuple[tuple[str, str, tuple], ...]
    late: tuple[tuple[str, str, tuple], ...] = ()
    options: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked of an adapter."""

    path: str = "/"
    method: str = "GET"
    bound: tuple[tuple[str, object], ...] = ()
    endpoint: str = "e0"
    values: tuple[tuple[str, object], ...] = ()
    building: tuple[tuple[str, object], ...] = ()


def _rule(text: str, endpoint: str, options: tuple) -> Rule:
    named = dict(options)
    if "defaults" in named:
        named["defaults"] = dict(named["defaults"])
    return Rule(text, endpoint=endpoint, **named)


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    """Up to forty rules."""
    usual = (("methods", ("GET", "OPTIONS")),)  # what Flask gives a route that says nothing
    options = st.lists(_of(RULE_OPTIONS), max_size=2, unique_by=lambda option: option[0]).map(tuple)
    one = st.tuples(
        rules(),
        _of(tuple(f"e{n}" for n in range(8))),
        st.one_of(st.just(usual), st.just(usual), options) if _chance(draw, 2) else st.just(usual),
    )
    most = draw(_of((3, 3, 8, 8, 40)))
    return Rules(
        tuple(draw(st.lists(one, min_size=1, max_size=most))),
        tuple(draw(st.lists(one, max_size=2))) if _chance(draw, 4) else (),
        tuple(draw(st.lists(_of(MAP_OPTIONS), max_size=2, unique_by=lambda option: option[0])))
        if _chance(draw, 4)
        else (),
    )


@st.composite
def questions(draw: st.DrawFn, known: list[str]) -> Question:
    """One question that fits the rules more often than not."""
    bound = (
        ("script_name", "/app"), ("script_name", "/"), ("script_name", "/app/"), ("url_scheme", "https"),
        ("url_scheme", "ws"), ("url_scheme", ""), ("subdomain", "sub"), ("subdomain", "x"),
        ("query_args", "a=1&b"),
        ("query_args", {"a": "ü", "b": 2}), ("default_method", "POST"), ("server_name", "other.example"),
    )  # fmt: skip
    building = (
        ("method", "POST"), ("method", "GET"), ("force_external", True), ("append_unknown", False),
        ("url_scheme", "https"), ("url_scheme", ""), ("url_scheme", "wss"),
    )  # fmt: skip
    plain = tuple(value for value in URL_VALUES if not value[0].startswith("_"))
    path = draw(paths(known))
    return Question(
        path if _chance(draw, 2) else path.encode("latin-1").decode(errors="replace"),
        draw(_of(METHODS)),
        tuple(draw(st.lists(_of(bound), max_size=2, unique_by=lambda b: b[0]))) if _chance(draw, 3) else (),
        draw(_of(tuple(f"e{n}" for n in range(9)))),
        tuple(draw(st.lists(_of(plain), max_size=3, unique_by=lambda v: v[0]))),
        tuple(draw(st.lists(_of(building), max_size=2, unique_by=lambda b: b[0])))
        if _chance(draw, 3)
        else (),
    )


@st.composite
def routings(draw: st.DrawFn) -> tuple[Rules, tuple[Question, ...]]:
    """A map and what is asked of it."""
    described = draw(rule_sets())
    known = [text for text, _, _ in described.early + described.late]
    return described, tuple(draw(questions(known)) for _ in range(draw(st.integers(1, 8))))


def told(action: Callable[[], object]) -> object:
    """Return what `action` returns, or the exception it raises with all that can be read of it."""
    try:
        return action()
    except BuildError as error:
        suggested = error.suggested and (error.suggested.rule, error.suggested.endpoint)
        return "BuildError", str(error), error.endpoint, error.values, error.method, suggested
    except HTTPException as error:
        methods = getattr(error, "valid_methods", None)
        return (
            type(error),
            error.code,
            getattr(error, "new_url", None),
            methods and set(methods),
            error.description,
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error), str(error)


def _matched(found: tuple[Rule, dict]) -> tuple:
    rule, values = found
    return rule.rule, rule.endpoint, [(name, type(value), value) for name, value in values.items()]


def _adapter(map_: werkzeug.routing.Map, question: Question) -> MapAdapter:
    return map_.bind(**{"server_name": "example.org", "path_info": question.path, **dict(question.bound)})


def ask(cls: type[werkzeug.routing.Map], described: Rules, asked: tuple[Question, ...]) -> list[object]:
    """Make the map, ask everything, add the late rules, and ask again."""
    found: list[object] = []
    map_ = cls(converters=CONVERTERS, **dict(described.options))
    for adding in (described.early, described.late):
        found += [told(lambda rule=rule: map_.add(_rule(*rule))) for rule in adding]
        for question in asked:
            adapter = told(lambda question=question: _adapter(map_, question))
            if not isinstance(adapter, MapAdapter):
                found.append(adapter)
                continue
            building = dict(question.building)
            found += [
                told(lambda q=question, a=adapter: _matched(a.match(method=q.method, return_rule=True))),
                told(lambda q=question, a=adapter: a.match(q.path, q.method)),
                told(lambda q=question, a=adapter: a.test(q.path, q.method)),
                told(lambda q=question, a=adapter: set(a.allowed_methods(q.path))),
                told(lambda q=question, a=adapter, b=building: a.build(q.endpoint, dict(q.values), **b)),
            ]
        found.append([rule.rule for rule in map_.iter_rules()])
    return found


def compare(described: Rules, asked: tuple[Question, ...]) -> None:
    """Ask both maps and fail at the first answer that differs."""
    expected, actual = (ask(cls, described, asked) for cls in (werkzeug.routing.Map, Map))
    for theirs, ours in zip(expected, actual, strict=True):
        if theirs != ours:
            pytest.fail(f"werkzeug {theirs!r}\nschlenk  {ours!r}\n{described!r}\n{asked!r}", pytrace=False)


def compare_lanes(described: Rules, asked: tuple[Question, ...]) -> None:
    """What the fast ways answer must be what Werkzeug answers; they may always decline."""
    theirs = werkzeug.routing.Map(converters=CONVERTERS, **dict(described.options))
    ours = Map(converters=CONVERTERS, **dict(described.options))
    if theirs.host_matching or theirs.default_subdomain:
        return
    for rule in described.early:
        told(lambda rule=rule: theirs.add(_rule(*rule)))
        told(lambda rule=rule: ours.add(_rule(*rule)))
    for question in asked:
        if not question.path:  # asked of the adapter at once
            continue
        adapter = theirs.bind("example.org", path_info=question.path, default_method=question.method)
        expected = told(lambda a=adapter: _matched(a.match(return_rule=True)))
        built = told(lambda a=adapter, q=question: a.build(q.endpoint, dict(q.values)))
        for way in (ours.find, ours.search):
            found = told(lambda way=way, q=question: way(q.path, q.method))
            if isinstance(found, tuple) and isinstance(found[0], Rule):
                found = _matched(found)
            if found is not None and found != expected:
                pytest.fail(
                    f"{way.__name__}: {found!r}\nwerkzeug {expected!r}\n{described!r}\n{question!r}",
                    pytrace=False,
                )
        builder = ours.builder(question.endpoint, tuple(name for name, _ in question.values))
        if builder is not None:
            url = told(lambda build=builder, q=question: build(dict(q.values)))
            if isinstance(url, str) and f"/{url.lstrip('/')}" != built:
                pytest.fail(
                    f"builder: {url!r}\nwerkzeug {built!r}\n{described!r}\n{question!r}", pytrace=False
                )


_drawn = settings(
    max_examples=FUZZ // 4 or 150,
    derandomize=not FUZZ,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@_drawn
@given(routings())
@example(
    (
        Rules((("/<x>", "e0", ()), ("/<x>/", "e1", (("strict_slashes", False),)))),
        (Question("/a/"), Question("/a")),
    )
)
def test_drawn_rules_match_and_build_alike(drawn):
    """A map answers every question as Werkzeug's does: result, redirect, error, URL."""
    compare(*drawn)


@_drawn
@given(routings())
def test_the_fast_ways_answer_as_werkzeug_or_decline(drawn):
    """A rule found, or a URL built, without an adapter is what the adapter would give."""
    compare_lanes(*drawn)


def test_the_fast_ways_are_taken():
    """The comparison above is not of declined questions: a plain rule needs no adapter."""
    ours = Map([Rule("/a", endpoint="a", methods=["GET"]), Rule("/a/<int:x>", endpoint="x", methods=["GET"])])

    assert ours.find("/a", "GET")[0].endpoint == "a"
    assert ours.find("/a/5", "GET")[1] == {"x": 5}
    assert ours.search("/a/5", "GET")[1] == {"x": 5}
    assert ours.builder("x", ("x",))({"x": 5}).lstrip("/") == "a/5"


@pytest.mark.parametrize("segment", SEGMENTS)
def test_each_converter_accepts_and_refuses_alike(segment):
    """Every kind of segment takes the same words, alone, after a literal and with a slash at its end."""
    texts = (f"/{segment}", f"/t/{segment}/", f"/u/{segment}/u", f"/v-{segment}")
    described = Rules(
        tuple((text, f"e{number}", (("methods", ("GET",)),)) for number, text in enumerate(texts))
    )
    asked = tuple(
        Question(
            f"{prefix}{word}{suffix}".encode("latin-1").decode(errors="replace"),
            endpoint=endpoint,
            values=(("x", word),),
        )
        for word in WORDS
        for prefix, suffix, endpoint in (
            ("/", "", "e0"),
            ("/t/", "/", "e1"),
            ("/t/", "", "e1"),
            ("/u/", "/u", "e2"),
            ("/v-", "", "e3"),
        )
    )

    compare(described, asked)
    compare_lanes(described, asked)


@pytest.mark.parametrize("value", URL_VALUES)
def test_each_value_builds_alike(value):
    """Every kind of value gives the same URL, in a converter and in the query."""
    described = Rules(
        tuple((f"/{number}/{segment}", f"e{number}", ()) for number, segment in enumerate(SEGMENTS))
    )
    others = ((), (("x", 5),), (("b", "2"), ("a", "1")))
    asked = tuple(
        Question(endpoint=f"e{number}", values=(value, *other), building=building)
        for number in range(len(SEGMENTS))
        for other in others
        if value[0] not in dict(other)
        for building in ((), (("append_unknown", False),), (("force_external", True),))
    )

    compare(described, asked)
    compare_lanes(described, asked)


@pytest.mark.parametrize("path", ODD_PATHS)
def test_odd_paths_match_alike(path):
    """Paths that no browser sends find the same rule or none."""
    described = Rules(
        (
            ("/", "e0", ()),
            ("/a/", "e1", ()),
            ("/a/b", "e2", ()),
            ("/<path:x>", "e3", (("methods", ("POST",)),)),
            ("//a", "e4", ()),
        )
    )
    asked = tuple(Question(path, method) for method in ("GET", "POST", "HEAD", "get"))

    compare(described, asked)
    compare_lanes(described, asked)
