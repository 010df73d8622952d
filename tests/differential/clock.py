"""A clock that stands still, so that timestamps are equal in both runs instead of being ignored.

Signed cookies, expiry dates and `Date` read `time.time` and `datetime.now`. Both are replaced wherever
Flask, itsdangerous, Werkzeug, the email package or Schlenk hold them: the function or class itself where
it was imported by name, and the module where it was imported whole. Nothing else in the process sees the
stopped clock.
"""

import contextlib
import datetime
import functools
import sys
import time
from collections.abc import Iterator
from types import ModuleType

READERS = ("flask", "itsdangerous", "werkzeug", "schlenk", "email")
START = 1_700_000_000
_NAMES = {id(time): "time", id(time.time): "now", id(datetime): "datetime", id(datetime.datetime): "today"}


class _Frozen(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime.datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, datetime.datetime)


class _Standing(ModuleType):
    """A module with some names replaced."""

    def __init__(self, module: ModuleType, **replaced: object) -> None:
        super().__init__(module.__name__)
        self._module = module
        vars(self).update(replaced)

    def __getattr__(self, name: str) -> object:
        return getattr(self._module, name)


@functools.lru_cache(maxsize=1)
def _readers(loaded: int) -> list[tuple[ModuleType, str, object]]:
    """Return where the time is read from; looked up anew when another module was loaded."""
    return [
        (module, key, value)
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in READERS and name != "flask.json.tag"
        for key, value in list(vars(module).items())
        if id(value) in _NAMES
    ]


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = float(START)

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Let everything that reads the time read this clock."""
        clock = self

        class Today(datetime.datetime, metaclass=_Frozen):
            @classmethod
            def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
                return datetime.datetime.fromtimestamp(clock.now, tz)

        def now() -> float:
            return clock.now

        replaced = {
            "time": _Standing(time, time=now, time_ns=lambda: int(clock.now * 1e9)),
            "now": now,
            "datetime": _Standing(datetime, datetime=Today),
            "today": Today,
        }
        readers = _readers(len(sys.modules))
        for module, key, value in readers:
            setattr(module, key, replaced[_NAMES[id(value)]])
        try:
            yield
        finally:
            for module, key, value in readers:
                setattr(module, key, value)
