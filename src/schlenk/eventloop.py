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
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from contextvars import Context

P = ParamSpec("P")
T = TypeVar("T")

_UNSET: Any = object()


class _Loop:
    """A running event loop and the thread it runs on."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="schlenk-loop", daemon=True)
        self.thread.start()


_starting = threading.Lock()
_current: _Loop | None = None


def _forget_loop() -> None:
    """Let a forked process start a loop of its own: the thread of its parent's is not there."""
    global _starting, _current
    _starting = threading.Lock()
    _current = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_loop)


def process_loop() -> _Loop:
    """Return the process's event loop, running."""
    global _current
    current = _current
    if current is None or not current.thread.is_alive():
        with _starting:
            current = _current
            if current is None or not current.thread.is_alive():
                current = _current = _Loop()
    return current


def call_on_loop(function: Callable[P, Awaitable[T]]) -> Callable[P, T]:
    """Return a function that runs `function` on the process's loop and waits for what it returns.

    The coroutine sees the caller's context variables, and what it sets is set for the caller afterwards,
    so that a hook can leave something for a view. Whatever it raises is raised here, `SystemExit` included.

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
        answer: Future[_Outcome[T]] = Future()
        coroutine = _outcome(function(*args, **kwargs))
        try:
            running.loop.call_soon_threadsafe(_start, running.loop, coroutine, context, answer)
            outcome = answer.result()
        except BaseException:
            answer.cancel()
            raise
        for variable, value in context.items():
            if variable.get(_UNSET) is not value:
                variable.set(value)
        if outcome.error is not None:
            raise outcome.error
        return outcome.value  # type: ignore[return-value]  # without an error there is a value

    return call


@dataclass(slots=True)
class _Outcome(Generic[T]):
    """What a coroutine came to: a value or an error."""

    value: T | None = None
    error: BaseException | None = None


async def _outcome(awaitable: Awaitable[T]) -> _Outcome[T]:
    """Wait for an awaitable and keep what it raises: asyncio would let some of it stop the loop."""
    try:
        return _Outcome(await awaitable)
    except BaseException as e:  # noqa: BLE001  # raised again where the call waits
        return _Outcome(error=e)


def _start(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, _Outcome[T]],
    context: Context,
    answer: Future[_Outcome[T]],
) -> None:
    """Run a coroutine, in exactly this context, until it is done or nobody waits for its answer."""
    task = loop.create_task(coroutine, context=context)

    def give_up(answer: Future[_Outcome[T]]) -> None:
        if answer.cancelled():
            loop.call_soon_threadsafe(task.cancel)

    def settle(task: asyncio.Task[_Outcome[T]]) -> None:
        if not answer.cancelled():
            answer.set_result(_Outcome(error=asyncio.CancelledError()) if task.cancelled() else task.result())

    answer.add_done_callback(give_up)
    task.add_done_callback(settle)
