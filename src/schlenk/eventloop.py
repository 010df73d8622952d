"""One event loop for the process, on a thread of its own, for async views and hooks.

Flask starts a loop for each call of an async function, so nothing that belongs to a loop (an HTTP client's
connections, a database pool, a lock) can be shared between requests. Here it can: every coroutine of the
process runs on the same loop, while the thread that serves the request waits for it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future
from contextvars import copy_context
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

P = ParamSpec("P")
T = TypeVar("T")

_UNSET: Any = object()


class _Loop:
    """A running event loop, the thread it runs on, and the process that started it."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="schlenk-loop", daemon=True)
        self.thread.start()


_starting = threading.Lock()
_current: _Loop | None = None


def process_loop() -> _Loop:
    """Return the process's event loop, running; a forked process gets one of its own."""
    global _current
    if _current is None or _current.process != os.getpid():
        with _starting:
            if _current is None or _current.process != os.getpid():
                _current = _Loop()
    return _current


def call_on_loop(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Return a function that runs `function` on the process's loop and waits for what it returns.

    The coroutine sees the caller's context variables, and what it sets is set for the caller afterwards,
    so that a hook can leave something for a view.

    Raises:
        RuntimeError: when called on the loop itself, where waiting would wait forever.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        running = process_loop()
        if threading.current_thread() is running.thread:
            raise RuntimeError(
                f"The async function {function.__name__!r} was called from another async function as if"
                " it were a plain one, which would wait for itself. Await it instead."
            )
        context = copy_context()
        future = _start(running.loop, function(*args, **kwargs), context)
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


def _start(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T], context: Context) -> Future[T]:
    """Run a coroutine on the loop, from another thread, in exactly this context."""
    future: Future[T] = Future()

    def settle(task: asyncio.Task[T]) -> None:
        if task.cancelled():
            future.cancel()
        elif (error := task.exception()) is not None:
            future.set_exception(error)
        else:
            future.set_result(task.result())

    def start() -> None:
        task = loop.create_task(coroutine, context=context)
        task.add_done_callback(settle)
        future.add_done_callback(
            lambda future: loop.call_soon_threadsafe(task.cancel) if future.cancelled() else None
        )

    loop.call_soon_threadsafe(start)
    return future
