"""Visits one application of `apps`, in a process of its own, and prints what was seen as JSON.

`python -m tests.ecosystem.stage flask_login` visits it on Flask, `--adopted` on Schlenk. Adoption replaces
a global, hence the process. Time stands still and randomness is drawn from a fixed seed, so that
signed cookies, tokens and dates are equal on both sides, byte for byte, instead of being left out.

An application is a module that holds `app`, made when the module is imported as Flask's tutorials do,
and `visit(visitor)`, the requests that somebody sends to it. `VARIES` names, as regular expressions, what
its answers hold that differs from one run to the next on any Flask: durations.
"""

import json
import os
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class Visitor:
    """Somebody with a browser: sends requests, keeps cookies, and notes every answer."""

    def __init__(self, app: Any, clock: Any, varies: Iterable[str]) -> None:
        self.client = app.test_client()
        self.clock = clock
        self.varies = [re.compile(pattern) for pattern in varies]
        self.seen: list[Any] = []

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Send a request by its method's name: `visitor.get("/")`."""
        return lambda path, **told: self.send(method.upper(), path, **told)

    def send(self, method: str, path: str, **told: Any) -> Any:
        """Send a request and return the answer. One that ends in an exception answers None."""
        asked = f"{method} {path}"
        try:
            answer = self.client.open(path, method=method, **told)
            body = answer.get_data().decode("utf-8", "backslashreplace")
        except Exception as error:  # noqa: BLE001  # an exception that leaves the application is an answer too
            self.seen.append({"asked": asked, "raised": f"{type(error).__name__}: {error}"})
            return None
        self.note(asked, status=answer.status, headers=list(answer.headers), body=body)
        answer.close()
        return answer

    def note(self, what: str, **values: Any) -> None:
        """Note something beside the answers: mail that was sent, a span that was recorded."""
        self.seen.append({"asked": what, **self.plain(values)})

    def plain(self, value: Any) -> Any:
        """Return a value as JSON has it, without what varies."""
        if isinstance(value, dict):
            return {str(key): self.plain(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(each) for each in value]
        if value is None or isinstance(value, int | float):
            return value
        text = str(value)
        for pattern in self.varies:
            text = pattern.sub("(varies)", text)
        return text

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.shift(seconds)


def seed_randomness() -> None:
    """Let everything that is random be the same in every process."""
    source = random.Random(1)
    os.urandom = random._urandom = source.randbytes  # type: ignore[attr-defined]
    random.seed(2)


def perform(name: str, adopted: bool) -> dict[str, Any]:
    """Import the application, visit it, and return what was seen."""
    import time_machine

    seed_randomness()
    if adopted:
        from schlenk import adopt

        adopt.install()
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(START, tick=False) as clock:
        os.chdir(folder)
        module = import_module(f"tests.ecosystem.apps.{name}")
        visitor = Visitor(module.app, clock, getattr(module, "VARIES", ()))
        module.visit(visitor)
        os.chdir("/")
    app: Any = getattr(module, "flask_app", module.app)
    is_ours = hasattr(app, "upstream_reason")
    return {
        "on_schlenk": is_ours,
        "lane": (app.upstream_reason() or "direct") if is_ours else None,
        "seen": visitor.seen,
    }


if __name__ == "__main__":
    print("\n" + json.dumps(perform(sys.argv[1], "--adopted" in sys.argv)))
