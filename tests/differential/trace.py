"""The log of one run: everything the application did and saw, in order, as plain text."""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator

from werkzeug.routing import Rule

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+|memory:[0-9a-f]+")


def plain(value: object) -> str:
    """Return a text for `value` that is the same in both runs: no addresses, unordered sets sorted."""
    if isinstance(value, str) and type(value) is str:
        return value
    if isinstance(value, BaseException):
        return failure(value)
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(plain, value)))}}}"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, Rule):
        return f"rule {value.rule!r} {sorted(value.methods or ())} of {value.endpoint!r}"
    return _ADDRESS.sub("", repr(value))


def settled(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sort the methods of `Allow`: they come from a set, whose order Flask does not promise."""
    return [(k, ", ".join(sorted(v.split(", "))) if k == "Allow" else v) for k, v in headers]


def failure(error: BaseException) -> str:
    """Describe an exception by its class, its arguments and, for an HTTP error, its answer."""
    told = [type(error).__module__ + "." + type(error).__qualname__, repr(error.args)]
    told += [
        f"{name}={plain(getattr(error, name))}"
        for name in ("code", "description", "new_url", "key", "endpoint", "values", "method")
        if hasattr(error, name)
    ]
    return _ADDRESS.sub("", " ".join(told))


class Trace:
    """What one run wrote down, and what has to be undone when it is over."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0
        self.undo: list[Callable[[], object]] = []
        self.kept: list[object] = []
        self.views: dict[tuple[int, str], Callable] = {}

    def log(self, *parts: object) -> None:
        """Write one line."""
        self.lines.append(" ".join(map(plain, parts)))

    def attempt(self, label: str, action: Callable[[], object]) -> object:
        """Log what `action` returns or raises, and go on in either case."""
        try:
            value = action()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            self.log(label, "raised", error)
            return None
        self.log(label, value)
        return value

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        """Undo, last first, what the run registered outside its own application."""
        try:
            yield
        finally:
            while self.undo:
                self.undo.pop()()
