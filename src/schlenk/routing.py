"""The router: Werkzeug's rules and order of precedence, compiled.

Three layers, each falling back on the next where it is not certain:

1. `Map.find`: one look-up for a literal path; one look-up and one test for a literal prefix with a
   converter at its end.
2. `Map.search`: Werkzeug's state machine over states whose patterns are compiled once. Werkzeug
   compiles them through `re`'s cache of 512, so an application with more distinct dynamic parts pays for
   compiling on every request.
3. `werkzeug.routing.MapAdapter`, unchanged: redirects, exceptions, defaults, aliases, hosts.

Nothing here decides what matches: rules, converters, weights and exceptions are Werkzeug's, and the
differential tests hold the two routers against each other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import werkzeug.routing
from werkzeug.exceptions import MethodNotAllowed, NotFound, RequestURITooLarge
from werkzeug.routing import ValidationError, converters
from werkzeug.routing.exceptions import (
    NoMatch,
    RequestAliasRedirect,
    RequestPath,
    WebsocketMismatch,
)
from werkzeug.routing.matcher import SlashRequired, StateMachineMatcher
from werkzeug.urls import _urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from werkzeug.routing import Rule, RuleFactory
    from werkzeug.routing.matcher import State
    from werkzeug.routing.rules import RulePart

    Builder = Callable[[Mapping[str, Any]], str]

_BUILDERS_KEPT = 4096
_LONGEST_NAMES = 256  # characters; names may come from a client, as in `url_for(endpoint, **request.args)`
_SEGMENT_SAFE = "!$&'()*+,/:;=@"  # https://url.spec.whatwg.org/#url-path-segment-string

_is_safe_segment = re.compile(r"[A-Za-z0-9_.\-~!$&'()*+,/:;=@]*").fullmatch
_is_safe_query = re.compile(r"[A-Za-z0-9_.\-~!$'()*,/:;?@]*").fullmatch
_repeated_slash = re.compile("/{2,}")

_STOCK_CONVERTERS = frozenset(converters.DEFAULT_CONVERTERS.values())


class Map(werkzeug.routing.Map):
    """A `werkzeug.routing.Map` that compiles its rules when they change, not when they are used."""

    _matcher: Matcher

    longest_path: int | None = None
    """Characters of a path that are matched; None for any number."""

    def __init__(self, rules: Iterable[RuleFactory] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None, *args, **kwargs)
        self._matcher = Matcher(self)
        for rule_factory in rules or ():
            self.add(rule_factory)

    def __setattr__(self, name: str, value: Any) -> None:
        """Assign, and compile anew after a change of what the rules mean."""
        super().__setattr__(name, value)
        if name in {"default_subdomain", "host_matching", "redirect_defaults"}:
            super().__setattr__("_remap", True)

    def update(self) -> None:
        """Put the rules in order and compile them; again, if one was added meanwhile."""
        super().update()
        if self._matcher.added != self._matcher.compiled:
            self._remap = True

    def find(self, path: str, method: str) -> tuple[Rule, dict[str, Any]] | None:
        """Return the rule and values of a plain request to the default domain, or None to `search`.

        Args:
            path: `PATH_INFO`, decoded.
            method: as sent.
        """
        if self._remap:
            self.update()
        matcher = self._matcher
        rules = matcher.literals.get(path)
        if rules is not None:
            rule = rules.get(method)
            return (rule, {}) if rule is not None and method in (rule.methods or ()) else None
        longest = self.longest_path
        if longest is not None and len(path) > longest:
            return None
        head, _, tail = path.rpartition("/")
        branch = matcher.branches.get(head)
        if branch is None or not tail or tail in branch.literals:
            return None
        for edge in branch.edges:
            if edge.accepts(tail):
                rule = edge.rules.get(method)
                if rule is None or method not in (rule.methods or ()):
                    return None
                try:
                    return rule, {edge.name: edge.convert(tail)}
                except ValueError:  # the matcher raises what belongs to it
                    return None
        return None

    def search(self, path: str, method: str) -> tuple[Rule, dict[str, Any]] | None:
        """Return the rule and values of a request to the default domain, or None to ask the adapter.

        Raises:
            NotFound: no rule matches; likewise `MethodNotAllowed` and `WebsocketMismatch`, all as
                `werkzeug.routing.MapAdapter.match` raises them.
        """
        if self.host_matching or self.default_subdomain:
            return None
        if self._remap:
            self.update()
        matcher = self._matcher
        try:
            rule, texts, search = matcher.reach("", f"/{path.lstrip('/')}", method.upper(), False)
            # Werkzeug's adapter decides about other rules, and converts then: a converter may act.
            return (rule, matcher.convert(rule, texts, search)) if id(rule) in matcher.plain else None
        except RequestPath:
            return None
        except NoMatch as e:
            if e.have_match_for:
                raise MethodNotAllowed(valid_methods=list(e.have_match_for)) from None
            if e.websocket_mismatch:
                raise WebsocketMismatch from None
            raise NotFound from None

    def builder(self, endpoint: str, names: tuple[str, ...]) -> Builder | None:
        """Return a function from values to the path and query of `endpoint`, or None to ask the adapter.

        The builder serves exactly the argument names given, in a request to the default subdomain. It
        is made once per endpoint and names.
        """
        if self._remap:
            self.update()
        builders = self._matcher.builders
        key = (endpoint, *names)
        try:
            return builders[key]
        except KeyError:
            if len(builders) >= _BUILDERS_KEPT:
                builders.clear()
            builder = _compile_builder(self, endpoint, names)
            if sum(map(len, names)) <= _LONGEST_NAMES:
                builders[key] = builder
            return builder


class Matcher(StateMachineMatcher):
    """Werkzeug's state machine, compiled whenever the rules have changed.

    `update` runs under the map's lock, before any request sees the new rules.
    """

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map.merge_slashes)
        self._map = url_map
        self.added = 0
        self._compile()

    def add(self, rule: Rule) -> None:
        """Add a rule; it is compiled before the next match."""
        super().add(rule)
        self.added += 1

    def update(self) -> None:
        """Sort the states by weight and compile them."""
        super().update()
        self._compile()

    def _compile(self) -> None:
        self.compiled = self.added
        self.builders: dict[tuple[str, ...], Builder | None] = {}
        self.plain = {id(rule) for rule in self._map._rules if _is_plain(self._map, rule)}
        self.literals, self.branches = _compile_branches(self._map, self._root)
        self._start = _Node(self._root)

    def match(self, domain: str, path: str, method: str, websocket: bool) -> tuple[Rule, dict[str, Any]]:
        """Match as `StateMachineMatcher.match` does: same results, same exceptions.

        Raises:
            NoMatch: nothing matches; says which methods would, and whether only a websocket rule did.
            RequestPath: another path should be requested.
            RequestAliasRedirect: the rule is an alias.
            RequestURITooLarge: the path is longer than the map allows.
        """
        rule, texts, search = self.reach(domain, path, method, websocket)
        values = self.convert(rule, texts, search)
        if rule.alias and rule.map.redirect_defaults:
            raise RequestAliasRedirect(values, rule.endpoint)
        return rule, values

    def reach(self, domain: str, path: str, method: str, websocket: bool) -> tuple[Rule, list[str], _Search]:
        """Return the rule that matches, the texts of its converters, and what was noticed on the way."""
        longest = self._map.longest_path
        if longest is not None and len(path) > longest:
            raise RequestURITooLarge
        search = _Search(method, websocket)
        found = search.walk(self._start, domain, path)
        if found is None and self.merge_slashes:
            merged = _repeated_slash.sub("/", path)
            found = search.walk(self._start, domain, merged)
            if found is not None:
                if found[0].merge_slashes is not False:
                    raise RequestPath(merged)
                found = None
        if found is None:
            raise NoMatch(search.methods, search.websocket_mismatch)
        return *found, search

    def convert(self, rule: Rule, texts: list[str], search: _Search) -> dict[str, Any]:
        """Return the values of a rule's variables."""
        values: dict[str, Any] = {}
        for (name, converter), text in zip(rule._converters.items(), texts, strict=False):
            try:
                values[str(name)] = converter.to_python(text)
            except ValidationError as e:
                raise NoMatch(search.methods, search.websocket_mismatch) from e
        if rule.defaults:
            values.update(rule.defaults)
        return values


class _Node:
    """A compiled state of the matcher."""

    __slots__ = ("edges", "rules", "slash", "static")

    def __init__(self, state: State) -> None:
        self.rules = state.rules
        self.static = {content: _Node(after) for content, after in state.static.items()}
        self.slash = state.static[""].rules if "" in state.static else ()
        self.edges = [_Edge(part, after) for part, after in state.dynamic]


class _Edge:
    """A dynamic part, compiled, and the state it leads to."""

    __slots__ = ("final", "groups", "match", "node", "suffix")

    def __init__(self, part: RulePart, after: State) -> None:
        pattern = re.compile(part.content)
        numbered = sorted(
            (int(name.removeprefix("__werkzeug_")), group)
            for name, group in pattern.groupindex.items()
            if name.startswith("__werkzeug_")
        )
        self.match = pattern.match
        self.groups = [group for _, group in numbered]
        self.suffix = pattern.groups if part.suffixed else 0
        self.final = part.final
        self.node = _Node(after)


class _Search:
    """One search through the states: what it looks for, and what it noticed on the way."""

    __slots__ = ("method", "methods", "websocket", "websocket_mismatch")

    def __init__(self, method: str, websocket: bool) -> None:
        self.method = method
        self.websocket = websocket
        self.methods: set[str] = set()
        self.websocket_mismatch = False

    def walk(self, start: _Node, domain: str, path: str) -> tuple[Rule, list[str]] | None:
        """Return the rule that domain and path lead to, and the texts of its converters.

        Raises:
            RequestPath: with a slash at its end, the path would match.
        """
        try:
            return self._walk(start, [domain, *path.split("/")], 0, [])
        except SlashRequired:
            raise RequestPath(f"{path}/") from None

    def _walk(
        self, node: _Node, parts: list[str], at: int, texts: list[str]
    ) -> tuple[Rule, list[str]] | None:
        if at == len(parts):
            return self._arrive(node, texts)
        part = parts[at]
        after = node.static.get(part)
        if after is not None:
            found = self._walk(after, parts, at + 1, texts)
            if found is not None:
                return found
        for edge in node.edges:
            if edge.final:
                match = edge.match("/".join(parts[at:]))
                rest, rest_at = [], 0
            else:
                match = edge.match(part)
                rest, rest_at = parts, at + 1
            if match is None:
                continue
            if edge.suffix and match.group(edge.suffix) == "/":
                rest, rest_at = [""], 0
            found = self._walk(
                edge.node, rest, rest_at, texts + [match.group(group) for group in edge.groups]
            )
            if found is not None:
                return found
        if part == "" and at + 1 == len(parts):
            return self._choose([rule for rule in node.rules if not rule.strict_slashes], texts)
        return None

    def _arrive(self, node: _Node, texts: list[str]) -> tuple[Rule, list[str]] | None:
        found = self._choose(node.rules, texts)
        if found is not None:
            return found
        for rule in node.slash:
            if self.websocket == rule.websocket and (rule.methods is None or self.method in rule.methods):
                if rule.strict_slashes:
                    raise SlashRequired
                return rule, texts
        return None

    def _choose(self, rules: Iterable[Rule], texts: list[str]) -> tuple[Rule, list[str]] | None:
        for rule in rules:
            if rule.methods is not None and self.method not in rule.methods:
                self.methods.update(rule.methods)
            elif rule.websocket != self.websocket:
                self.websocket_mismatch = True
            else:
                return rule, texts
        return None


class _TailEdge:
    """One stock converter that ends a path: how to test and convert its text, and where it leads."""

    __slots__ = ("accepts", "convert", "name", "rules")

    def __init__(self, url_map: Map, part: RulePart, rules: list[Rule]) -> None:
        [(name, converter)] = rules[0]._converters.items()
        self.name = str(name)
        self.accepts = _test_of(part, converter)
        self.convert = _conversion_of(converter)
        self.rules = _by_method(url_map, rules)


class _Branch:
    """What may follow a literal prefix: literal parts, then converters in their order."""

    __slots__ = ("edges", "literals")

    def __init__(self, literals: dict[str, Any], edges: list[_TailEdge]) -> None:
        self.literals = literals
        self.edges = edges


def _compile_branches(url_map: Map, root: State) -> tuple[dict[str, dict[str, Rule]], dict[str, _Branch]]:
    """Return the literal paths with their rules, and the branches by their literal prefix."""
    literals: dict[str, dict[str, Rule]] = {}
    branches: dict[str, _Branch] = {}

    def descend(state: State, path: str) -> None:
        if path.startswith("//"):  # the adapter folds leading slashes
            return
        if state.rules:
            literals[path] = _by_method(url_map, state.rules)
        if path != "/" and (edges := _tail_edges(url_map, state)):
            branches[path] = _Branch(state.static, edges)
        for content, after in state.static.items():
            descend(after, f"{path}/{content}")

    if not url_map.host_matching and not url_map.default_subdomain:
        default_domain = root.static.get("")
        if default_domain is not None and "" in default_domain.static:
            descend(default_domain.static[""], "")
    return literals, branches


def _by_method(url_map: Map, rules: list[Rule]) -> dict[str, Rule]:
    """Return the rule that serves each method, where a match of it is the end of the matter."""
    chosen: dict[str, Rule] = {}
    for rule in rules:
        if rule.methods is None:
            break
        if not rule.websocket:
            for method in rule.methods:
                chosen.setdefault(method, rule)
    return {method: rule for method, rule in chosen.items() if _is_plain(url_map, rule)}


def _is_plain(url_map: Map, rule: Rule) -> bool:
    """Tell whether no redirect can follow a match of the rule."""
    return not (
        rule.alias
        or rule.defaults
        or rule.redirect_to is not None
        or any(other.provides_defaults_for(rule) for other in url_map._rules_by_endpoint[rule.endpoint])
    )


def _tail_edges(url_map: Map, state: State) -> list[_TailEdge]:
    """Return the edges of a state, up to the first that is more than one stock converter."""
    edges: list[_TailEdge] = []
    for part, after in state.dynamic:
        if part.final or part.suffixed or not after.rules or not _is_one_converter(part, after.rules):
            break
        edges.append(_TailEdge(url_map, part, after.rules))
    return edges


def _is_one_converter(part: RulePart, rules: list[Rule]) -> bool:
    """Tell whether a part is a stock converter and nothing else, the same one in all its rules."""
    described = []
    for rule in rules:
        if len(rule._converters) != 1:
            return False
        [(name, converter)] = rule._converters.items()
        if type(converter) not in _STOCK_CONVERTERS:
            return False
        described.append((name, type(converter), vars(converter)))
    regex = next(iter(rules[0]._converters.values())).regex
    return part.content == rf"(?P<__werkzeug_0>{regex})\Z" and all(
        description == described[0] for description in described
    )


def _test_of(part: RulePart, converter: converters.BaseConverter) -> Callable[[str], Any]:
    if converter.regex == r"\d+":
        return str.isdecimal  # what `\d` matches in a str: the category Nd
    if converter.regex == "[^/]{1,}":
        return bool  # the tail of a path holds no slash
    return re.compile(part.content).match


def _conversion_of(converter: converters.BaseConverter) -> Callable[[str], Any]:
    if type(converter) is converters.IntegerConverter and not (
        converter.fixed_digits or converter.min is not None or converter.max is not None
    ):
        return int
    if type(converter) is converters.UnicodeConverter:
        return str
    return converter.to_python


def _compile_builder(url_map: Map, endpoint: str, names: tuple[str, ...]) -> Builder | None:
    """Return a builder where there is exactly one plain rule that the names suit, else None."""
    rules = url_map._rules_by_endpoint.get(endpoint, ())
    if len(rules) != 1 or url_map.host_matching or url_map.sort_parameters:
        return None
    rule = rules[0]
    if (
        rule.websocket
        or rule.defaults
        or rule.subdomain
        or type(rule).build is not werkzeug.routing.Rule.build
        or type(rule).suitable_for is not werkzeug.routing.Rule.suitable_for
        or not rule.arguments.issubset(names)
        or not all(_is_safe_query(name) for name in names)
    ):
        return None
    at = rule._trace.index((False, "|"))
    head = ""
    steps: list[tuple[str, Callable[[Any], str], str]] = []
    for is_dynamic, data in rule._trace[at + 1 :]:
        if is_dynamic:
            steps.append((data, _encoder(rule._converters[data]), ""))
        elif steps:
            name, encode, after = steps[-1]
            steps[-1] = (name, encode, after + quote(data, safe=_SEGMENT_SAFE))
        else:
            head += quote(data, safe=_SEGMENT_SAFE)
    in_query = [name for name in names if name not in rule.arguments]
    if in_query:
        return _with_query(head, steps, in_query)
    if not steps:
        return lambda _values: head
    if len(steps) == 1:
        [(only, encode_only, end)] = steps
        return lambda values: f"{head}{encode_only(values[only])}{end}"

    def build(values: Mapping[str, Any]) -> str:
        path = head
        for name, _, _ in steps:
            if values[name] is None:  # looked at first: another value may be refused with another error
                raise ValidationError
        for name, encode, after in steps:
            path += encode(values[name]) + after
        return path

    return build


def _with_query(
    head: str, steps: list[tuple[str, Callable[[Any], str], str]], in_query: list[str]
) -> Builder:
    def build(values: Mapping[str, Any]) -> str:
        path = head
        for name, _, _ in steps:
            if values[name] is None:
                raise ValidationError
        for name, encode, after in steps:
            path += encode(values[name]) + after
        pairs = []
        for name in in_query:
            value = values[name]
            kind = type(value)
            if kind is int or (kind is str and _is_safe_query(value)):
                pairs.append(f"{name}={value}")
            else:
                pairs = []
                query = _urlencode({name: values[name] for name in in_query})
                return f"{path}?{query}" if query else path
        return f"{path}?{'&'.join(pairs)}"

    return build


def _encoder(converter: converters.BaseConverter) -> Callable[[Any], str]:
    """Return `converter.to_url`, direct for the values that need no quoting."""
    to_url = converter.to_url
    is_text = type(converter) in {converters.UnicodeConverter, converters.PathConverter}
    is_number = type(converter) is converters.IntegerConverter and not converter.fixed_digits

    def encode(value: Any) -> str:
        kind = type(value)
        if is_text and kind is str and _is_safe_segment(value):
            return value  # type: ignore[no-any-return]
        if is_number and kind is int:
            return str(value)
        if value is None:  # to Werkzeug, the same as no value
            raise ValidationError
        return to_url(value)

    return encode
