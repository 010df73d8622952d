"""The router: what it finds, what it leaves to Werkzeug, and what it costs."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from urllib.parse import unquote

import pytest
import werkzeug.routing
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import MethodNotAllowed, NotFound, RequestURITooLarge
from werkzeug.routing import (
    BuildError,
    EndpointPrefix,
    IntegerConverter,
    Rule,
    Submount,
    ValidationError,
    WebsocketMismatch,
)

from schlenk import routing
from schlenk.app import LONGEST_PATH, SafeMap
from schlenk.routing import Map


class Even(IntegerConverter):
    """A converter of somebody's own: even numbers."""

    def to_python(self, value):
        """Return half of an even number."""
        number = super().to_python(value)
        if number % 2:
            raise ValidationError
        return number // 2

    def to_url(self, value):
        """Return the double."""
        return super().to_url(value * 2)


def rules():
    """Return a rule of each kind."""
    return [
        Rule("/", endpoint="index", methods=["GET"]),
        Rule("/about", endpoint="about", methods=["GET", "POST"]),
        Rule("/about", endpoint="about_put", methods=["PUT"]),
        Rule("/docs/", endpoint="docs", methods=["GET"]),
        Rule("/user/me", endpoint="me", methods=["GET"]),
        Rule("/user/<name>", endpoint="user", methods=["GET"]),
        Rule("/user/<name>/posts/<int:number>", endpoint="post", methods=["GET"]),
        Rule("/number/<int:number>", endpoint="number", methods=["GET", "DELETE"]),
        Rule("/small/<int(max=9):number>", endpoint="small", methods=["GET"]),
        Rule("/fixed/<int(fixed_digits=3):number>", endpoint="fixed", methods=["GET"]),
        Rule("/signed/<int(signed=True):number>", endpoint="signed", methods=["GET"]),
        Rule("/price/<float:price>", endpoint="price", methods=["GET"]),
        Rule("/any/<any(red, green):colour>", endpoint="any", methods=["GET"]),
        Rule("/key/<uuid:key>", endpoint="key", methods=["GET"]),
        Rule("/even/<even:number>", endpoint="even", methods=["GET"]),
        Rule("/files/<path:file>", endpoint="files", methods=["GET"]),
        Rule("/files/<path:file>/edit", endpoint="edit", methods=["GET"]),
        Rule("/version-<int:major>.<int:minor>", endpoint="version", methods=["GET"]),
        Rule("/mixed/<int:number>", endpoint="mixed_number", methods=["GET"]),
        Rule("/mixed/<name>", endpoint="mixed_name", methods=["GET"]),
        Rule("/café/<name>", endpoint="cafe", methods=["GET"]),
        Rule("/old", endpoint="about", methods=["GET"], alias=True),
        Rule("/page/", endpoint="page", defaults={"page": 1}, methods=["GET"]),
        Rule("/page/<int:page>", endpoint="page", methods=["GET"]),
        Rule("/moved", endpoint="moved", redirect_to="/about", methods=["GET"]),
        Rule("/socket", endpoint="socket", websocket=True, methods=["GET"]),
        Rule("/built", endpoint="built", build_only=True, methods=["GET"]),
        Rule("/all", endpoint="all"),
    ]


def make(kind=Map, of=None, **options):
    """Return a map of these rules, or of a rule of each kind, ready to be asked."""
    url_map = kind(of or rules(), converters={"even": Even}, **options)
    url_map.update()
    return url_map


def named(found):
    """Return what was found by name: the endpoint, and the values."""
    return found and (found[0].endpoint, found[1])


FOUND_AT_ONCE = {
    "/": ("index", {}),
    "/about": ("about", {}),
    "/docs/": ("docs", {}),
    "/user/me": ("me", {}),
    "/user/mvl": ("user", {"name": "mvl"}),
    "/user/m v%2Fl": ("user", {"name": "m v%2Fl"}),
    "/number/007": ("number", {"number": 7}),
    "/number/٣": ("number", {"number": 3}),
    "/small/9": ("small", {"number": 9}),
    "/fixed/042": ("fixed", {"number": 42}),
    "/signed/-4": ("signed", {"number": -4}),
    "/price/1.50": ("price", {"price": 1.5}),
    "/any/red": ("any", {"colour": "red"}),
    "/mixed/1": ("mixed_number", {"number": 1}),
    "/mixed/one": ("mixed_name", {"name": "one"}),
    "/café/ä": ("cafe", {"name": "ä"}),
}

FOUND_BY_SEARCH = {
    "/user/mvl/posts/7": ("post", {"name": "mvl", "number": 7}),
    "/even/8": ("even", {"number": 4}),
    "/files/a/b.txt": ("files", {"file": "a/b.txt"}),
    "/files/a/b.txt/edit": ("edit", {"file": "a/b.txt"}),
    "/version-3.11": ("version", {"major": 3, "minor": 11}),
    "/user/me/posts/1": ("post", {"name": "me", "number": 1}),
}

NOT_FOUND = [
    "/none", "/user", "/user/a/b", "/number/x", "/number/²", "/small/10", "/fixed/42", "/even/7", "/any/blue",
    "/price/1", "/About", "/version-3", "/built", "/number/1\n", "/number/", "/files", "/files/", "/é",
]  # fmt: skip

LEFT_TO_WERKZEUG = ["/docs", "/old", "/moved", "/page/", "/page/1", "/user//me", "//about//x", "/a//docs"]


@pytest.mark.parametrize(("path", "expected"), FOUND_AT_ONCE.items())
def test_a_plain_path_is_found_by_looking_it_up(path, expected):
    """Literal paths, and literal prefixes with a stock converter at their end, need no search."""
    assert named(make().find(path, "GET")) == expected


@pytest.mark.parametrize(("path", "expected"), (FOUND_AT_ONCE | FOUND_BY_SEARCH).items())
def test_every_path_that_matches_is_found_by_searching(path, expected):
    """The search knows each rule, and gives what the look-up gives."""
    assert named(make().search(path, "GET")) == expected
    assert named(make().bind("localhost").match(path, "GET", return_rule=True)) == expected


@pytest.mark.parametrize("path", FOUND_BY_SEARCH)
def test_what_needs_a_search_is_not_found_by_looking(path):
    """The look-up answers only where it is certain."""
    assert make().find(path, "GET") is None


@pytest.mark.parametrize("path", NOT_FOUND)
def test_a_path_of_no_rule_is_not_found(path):
    """The error is Werkzeug's own, and the look-up never invents a match."""
    url_map = make(merge_slashes=False)

    assert url_map.find(path, "GET") is None
    with pytest.raises(NotFound):
        url_map.search(path, "GET")


@pytest.mark.parametrize("path", LEFT_TO_WERKZEUG)
def test_a_path_that_may_lead_elsewhere_is_left_to_the_adapter(path):
    """Redirects, aliases, defaults and repeated slashes are the adapter's to decide."""
    url_map = make()

    assert url_map.find(path, "GET") is None
    try:
        assert url_map.search(path, "GET") is None
    except NotFound:
        with pytest.raises(NotFound):
            make(werkzeug.routing.Map).bind("localhost").match(path, "GET")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/about", {"GET", "HEAD", "POST", "PUT"}),
        ("/number/1", {"GET", "HEAD", "DELETE"}),
        ("/user/me", {"GET", "HEAD"}),
    ],
)
def test_a_method_that_no_rule_takes_names_those_that_would_do(path, methods):
    """The error lists the methods of every rule of the path."""
    url_map = make()

    assert url_map.find(path, "PATCH") is None
    with pytest.raises(MethodNotAllowed) as caught:
        url_map.search(path, "PATCH")
    assert set(caught.value.valid_methods) == methods


def test_rules_of_one_path_divide_its_methods():
    """Each method reaches its own rule; HEAD reaches the one of GET."""
    url_map = make()
    found = {method: named(url_map.find("/about", method)) for method in ("GET", "HEAD", "POST", "PUT")}

    assert found == dict.fromkeys(("GET", "HEAD", "POST"), ("about", {})) | {"PUT": ("about_put", {})}


def test_a_method_in_small_letters_is_searched_for():
    """Werkzeug takes any letter case; the look-up leaves that to it."""
    url_map = make()

    assert (url_map.find("/about", "get"), named(url_map.search("/about", "get"))) == (None, ("about", {}))


def test_a_rule_for_any_method_is_searched_for():
    """A rule without methods serves all of them."""
    url_map = make()

    assert (url_map.find("/all", "BREW"), named(url_map.search("/all", "BREW"))) == (None, ("all", {}))


def test_a_websocket_rule_does_not_answer_a_plain_request():
    """The mismatch is said as Werkzeug says it."""
    url_map = make()

    assert url_map.find("/socket", "GET") is None
    with pytest.raises(WebsocketMismatch):
        url_map.search("/socket", "GET")


@pytest.mark.parametrize("options", [{"host_matching": True}, {"default_subdomain": "www"}], ids=str)
def test_maps_with_hosts_and_subdomains_are_left_to_the_adapter(options):
    """Where the host decides, nothing is looked up by path alone."""
    host = {"host": "a.example"} if "host_matching" in options else {}
    url_map = make(of=[Rule("/", endpoint="index", **host)], **options)

    assert (url_map.find("/", "GET"), url_map.search("/", "GET")) == (None, None)


def test_a_rule_of_a_subdomain_is_not_found_without_it():
    """A request to the default domain does not reach the rules of another."""
    url_map = make(of=[Rule("/", endpoint="api", subdomain="api", methods=["GET"])])

    assert url_map.find("/", "GET") is None
    with pytest.raises(NotFound):
        url_map.search("/", "GET")


def test_values_are_nobody_elses():
    """A view may change the dict that it was given."""
    url_map = make()
    for path in ("/about", "/user/mvl", "/user/mvl/posts/1"):
        first, again = (url_map.find(path, "GET") or url_map.search(path, "GET") for _ in range(2))
        first[1]["more"] = 1
        assert "more" not in again[1]


# Building.

names = st.text(min_size=1, max_size=8).filter(lambda text: "/" not in text)
numbers = st.integers(0, 10**12)
VALUES = {
    "index": {},
    "about_put": {},
    "docs": {},
    "user": {"name": names},
    "post": {"name": names, "number": numbers},
    "number": {"number": numbers},
    "small": {"number": st.integers(0, 9)},
    "fixed": {"number": st.integers(0, 999)},
    "signed": {"number": st.integers(-99, 99)},
    "price": {"price": st.floats(0, 1e9).filter(lambda number: "e" not in str(number))},
    "any": {"colour": st.sampled_from(["red", "green"])},
    "key": {"key": st.uuids()},
    "even": {"number": numbers},
    "files": {"file": st.lists(names, min_size=1, max_size=3).map("/".join).filter(str.isprintable)},
    "version": {"major": numbers, "minor": numbers},
    "cafe": {"name": names},
}
calls = st.sampled_from(sorted(VALUES)).flatmap(
    lambda endpoint: st.tuples(st.just(endpoint), st.fixed_dictionaries(VALUES[endpoint]))
)
shared_map = make(merge_slashes=False)
theirs = make(werkzeug.routing.Map, merge_slashes=False).bind("localhost")


def built(url_map, endpoint, values):
    """Return the URL a builder gives, which is there."""
    return url_map.builder(endpoint, tuple(values))(values)


@given(calls)
def test_a_built_url_leads_back_to_its_endpoint_and_values(call):
    """`match` undoes `build`, whatever the values are."""
    endpoint, values = call
    url = built(shared_map, endpoint, values)
    path, method = unquote(url), "PUT" if endpoint == "about_put" else "GET"
    found = shared_map.find(path, method) or shared_map.search(path, method)

    assert named(found) == (endpoint, values)


extras = st.dictionaries(
    st.text("abq_ é", min_size=1, max_size=3),
    st.none() | st.text(max_size=5) | st.integers() | st.floats() | st.lists(st.text(max_size=3), max_size=3),
    max_size=3,
)


@given(calls, extras)
def test_any_url_is_the_one_werkzeug_builds(call, extra):
    """Path and query are the same text, for every value that Werkzeug takes."""
    endpoint, values = call
    values = {**values, **extra}
    builder = shared_map.builder(endpoint, tuple(values))
    expected = theirs.build(endpoint, values, append_unknown=True)

    assert builder is None or builder(values) == expected


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("user", {"name": 7}),
        ("user", {"name": ""}),
        ("number", {"number": "7"}),
        ("number", {"number": True}),
        ("number", {"number": 7.9}),
        ("fixed", {"number": 7}),
        ("files", {"file": "/a//b/"}),
        ("files", {"file": "../ä?#"}),
        ("user", {"name": "a", "q": ["1", "2"]}),
        ("user", {"name": "a", "q": None}),
        ("user", {"name": "a", "q": "", "r": True}),
        ("user", {"name": "a", "q": "1 2", "r": "&="}),
    ],
    ids=str,
)
def test_unusual_values_are_written_as_werkzeug_writes_them(endpoint, values):
    """Values of other types, odd characters, lists and None in the query."""
    assert built(make(), endpoint, values) == theirs.build(endpoint, values)


@pytest.mark.parametrize(
    ("endpoint", "values", "error"),
    [
        ("any", {"colour": "blue"}, ValueError),
        ("number", {"number": "x"}, ValueError),
        ("price", {"price": "x"}, ValueError),
    ],
)
def test_a_value_that_the_converter_refuses_is_an_error(endpoint, values, error):
    """A wrong value is not silently written, by Werkzeug nor here."""
    with pytest.raises(error):
        built(make(), endpoint, values)
    with pytest.raises((error, BuildError)):
        theirs.build(endpoint, values)


def test_no_value_for_a_part_of_the_path_is_left_to_the_adapter():
    """None is no value, which only the adapter can answer, with another rule or with an error."""
    with pytest.raises(ValidationError):
        built(make(), "user", {"name": None})


@pytest.mark.parametrize(
    ("endpoint", "names"),
    [("nowhere", ()), ("user", ()), ("post", ("name",)), ("page", ("page",)), ("about", ())],
)
def test_what_is_not_certain_is_left_to_the_adapter(endpoint, names):
    """No rule, missing names, several rules of one endpoint, and defaults."""
    assert make().builder(endpoint, names) is None


@pytest.mark.parametrize("options", [{"host_matching": True}, {"sort_parameters": True}], ids=str)
def test_maps_that_build_in_their_own_way_are_left_to_the_adapter(options):
    """Hosts in URLs and sorted queries are Werkzeug's."""
    assert make(**options).builder("index", ()) is None


def test_a_builder_is_made_once():
    """The same endpoint with the same names gives the same function."""
    url_map = make()

    assert url_map.builder("user", ("name", "q")) is url_map.builder("user", ("name", "q"))


def test_builders_do_not_grow_without_bound():
    """Names of arguments that came from a client cannot fill the memory."""
    url_map = make()
    for number in range(routing._BUILDERS_KEPT + 100):
        url_map.builder("index", (f"a{number}",))
        url_map.builder(f"no{number}", ())

    assert len(url_map._matcher.builders) <= routing._BUILDERS_KEPT


# Rules that come later.


def test_a_rule_added_after_use_is_found_and_built():
    """Nothing that was compiled before hides it, and what was there before stays."""
    url_map = make()
    assert (url_map.find("/late", "GET"), url_map.builder("late", ())) == (None, None)
    url_map.add(Rule("/late", endpoint="late", methods=["GET"]))
    url_map.add(Rule("/late/<name>", endpoint="late_name", methods=["GET"]))

    assert [named(url_map.find(path, "GET")) for path in ("/late", "/late/a", "/about")] == [
        ("late", {}),
        ("late_name", {"name": "a"}),
        ("about", {}),
    ]
    assert (url_map.builder("late", ())({}), url_map.builder("late_name", ("name",))({"name": "a"})) == (
        "/late",
        "/late/a",
    )


def test_a_rule_added_after_use_is_searched_for():
    """A request whose path is searched for, and not looked up, sees the rule as well."""
    url_map = make()
    with pytest.raises(NotFound):
        url_map.search("/late/a/b", "GET")
    url_map.add(Rule("/late/<a>/<b>", endpoint="late", methods=["GET"]))
    assert url_map.find("/late/a/b", "GET") is None

    assert named(url_map.search("/late/a/b", "GET")) == ("late", {"a": "a", "b": "b"})


def test_searching_a_map_that_nobody_has_used_finds_its_rules():
    """No other call has to come first."""
    url_map = Map([Rule("/<a>/<b>", endpoint="pair", methods=["GET"])])

    assert named(url_map.search("/1/2", "GET")) == ("pair", {"a": "1", "b": "2"})


def test_a_literal_added_later_goes_before_a_converter():
    """Precedence is Werkzeug's, whatever came first."""
    url_map = make()
    assert named(url_map.find("/user/new", "GET")) == ("user", {"name": "new"})
    url_map.add(Rule("/user/new", endpoint="new", methods=["GET"]))

    assert named(url_map.find("/user/new", "GET")) == ("new", {})


def test_rules_from_factories_are_rules_like_any_other():
    """A submount or a prefix compiles to what it stands for."""
    inner = Rule("/<int:number>", endpoint="item", methods=["GET"])
    url_map = Map([Submount("/shop", [EndpointPrefix("shop.", [inner])])])

    assert named(url_map.find("/shop/7", "GET")) == ("shop.item", {"number": 7})


def test_a_rule_added_while_another_thread_compiles_is_not_lost(monkeypatch):
    """Whoever adds a rule finds it, at whatever moment a request compiles the map."""
    url_map = make()
    compile_rules = routing.Matcher.update

    def compile_and_be_overtaken(matcher):
        compile_rules(matcher)
        monkeypatch.undo()
        url_map.add(Rule("/late", endpoint="late", methods=["GET"]))  # as another thread would

    monkeypatch.setattr(routing.Matcher, "update", compile_and_be_overtaken)
    url_map.add(Rule("/early", endpoint="early", methods=["GET"]))
    assert named(url_map.find("/early", "GET")) == ("early", {})

    assert named(url_map.find("/late", "GET")) == ("late", {})


def test_threads_match_while_rules_are_added():
    """A request never fails, and never misses a rule that was there before it."""
    url_map, done = make(), Event()

    def match():
        seen = set()
        while not done.is_set():
            seen.add(named(url_map.find("/about", "GET"))[0])
            seen.add(named(url_map.search("/user/a/posts/1", "GET"))[0])
            seen.add(url_map.builder("docs", ())({}))
        return seen

    with ThreadPoolExecutor(4) as threads:
        matching = [threads.submit(match) for _ in range(4)]
        for number in range(25):
            url_map.add(Rule(f"/late/{number}/<name>", endpoint=f"late{number}", methods=["GET"]))
            assert named(url_map.find(f"/late/{number}/a", "GET")) == (f"late{number}", {"name": "a"})
        done.set()

    assert [future.result() for future in matching] == [{"about", "post", "/docs/"}] * 4


# What it costs.


def many(kind=Map):
    """Return a map of 1,000 rules, more of them with patterns of their own than `re` keeps compiled."""
    rules = []
    for number in range(200):
        rules += [
            Rule(f"/literal/{number}", endpoint=f"literal{number}"),
            Rule(f"/{number}/<name>", endpoint=f"name{number}"),
            Rule(f"/<name>-{number}/<int(max={number}):n>", endpoint=f"part{number}"),
            Rule(f"/x{number}/<path:rest>/end{number}", endpoint=f"path{number}"),
            Rule(f"/<name>/<int(min={number}):n>/y", endpoint=f"deep{number}"),
        ]
    return kind(rules)


@pytest.mark.parametrize(
    "path",
    [
        "/" + "a" * 100_000,
        "/a" * 50_000,
        "/" * 100_000,
        "/x1/" + "a/" * 50_000,
        "/x1" + "/end1" * 20_000 + "/no",
        "/1/" + "%" * 100_000,
        "/" + "a-" * 50_000 + "/1",
        "/" + "1" * 100_000 + "/" + "1" * 4000,
        "/literal/" + "é" * 100_000,
    ],
    ids=["one part", "parts", "slashes", "path", "almost", "name", "dashes", "digits", "accents"],
)
def test_a_path_of_100_kilobytes_is_answered_soon(path):
    """Among 1,000 rules, and whatever it is made of, time grows with its length and no faster."""
    url_map = MANY
    started = time.thread_time()
    for look in (url_map.find, url_map.search):
        with suppress(NotFound):
            look(path, "GET")

    assert time.thread_time() - started < 3


MANY = many()


def test_matching_compiles_no_pattern(monkeypatch):
    """Patterns are compiled with the rules; `re` and its cache have no part in a request."""
    url_map = MANY
    url_map.update()
    monkeypatch.setattr(re, "compile", None)
    monkeypatch.setattr(re, "_compile", None)
    paths = [
        path for n in range(200) for path in (f"/a-{n}/{n}", f"/x{n}/a/b/end{n}", f"/{n}/a", f"/b/{n}/y")
    ]

    assert {bool(url_map.find(path, "GET") or url_map.search(path, "GET")) for path in paths} == {True}


def test_a_look_up_costs_the_same_in_a_large_map():
    """The number of rules does not show in the time of a literal path, within a wide margin."""
    small, large = make(of=rules()[:2]), MANY
    large.update()
    seconds = {}
    for url_map, path in ((small, "/about"), (large, "/literal/199")):
        turns = []
        for _ in range(5):
            started = time.perf_counter()
            for _ in range(2000):
                url_map.find(path, "GET")
            turns.append(time.perf_counter() - started)
        seconds[path] = min(turns)

    assert seconds["/literal/199"] < 5 * seconds["/about"]


@pytest.mark.parametrize(
    "path", ["/" + "a" * LONGEST_PATH, "/a" * LONGEST_PATH, "/files/" + "a/" * LONGEST_PATH]
)
def test_a_safe_map_refuses_a_path_that_is_too_long(path):
    """`schlenk.Flask` answers 414 before it looks at such a path."""
    with pytest.raises(RequestURITooLarge):
        make(SafeMap).search(path, "GET")


def test_a_map_that_looks_for_no_length_matches_any():
    """Adopted code keeps Flask's behaviour: a long path is a path."""
    name = "a" * 2 * LONGEST_PATH

    assert named(make().search(f"/files/{name}", "GET")) == ("files", {"file": name})
