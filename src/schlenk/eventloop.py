"""One event loop for the process, on a thread of its own, for async views and hooks.

Flask starts a loop for each call of an async function, so nothing that belongs to a loop (an HTTP client's
connections, a database pool, a lock) can be shared between requests. Here it can: every coroutine of the
process runs on the same loop, while the thread that serves the request waits for it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextvars import copy_context
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future
    from contextvars import Context

P = ParamSpec("P")
T = TypeVar("T")

_starting = threading.Lock()
_running: tuple[int, asyncio.AbstractEventLoop] | None = None


def process_loop() -> asyncio.AbstractEventLoop:
    """Return the process's event loop, running; a forked process gets one of its own."""
    global _running
    running = _running
    if running is None or running[0] != os.getpid():
        with _starting:
            running = _running
            if running is None or running[0] != os.getpid():
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, name="schlenk-loop", daemon=True).start()
                running = _running = (os.getpid(), loop)
    return running[1]


def call_on_loop(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Return a function that runs `function` on the process's loop and waits for what it returns.

    The coroutine sees the caller's context variables, and what it sets is set for the caller afterwards,
    so that a hook can leave something for a view.

    Raises:
        RuntimeError: when called on the loop itself, where waiting would wait forever.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        loop = process_loop()
        if threading.get_ident() == getattr(loop, "_thread_id", None):
            raise RuntimeError(
                f"{function.__qualname__} is async and was called synchronously from another async"
                " function. Await it instead."
            )
        context = copy_context()
        future = _start(loop, function(*args, **kwargs), context)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
        finally:
            for variable, value in context.items():
                if variable.get(_UNSET) is not value:
                    variable.set(value)

    return call


_UNSET: Any = object()


def _start(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T], context: Context
) -> Future[T]:
    """Start a coroutine on the loop, in the given context, from another thread."""
    return context.run(asyncio.run_coroutine_threadsafe, coroutine, loop)
