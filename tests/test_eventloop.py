"""The process's event loop: one for all requests, transparent to contexts, errors and interruptions."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import flask
import pytest
from flask import after_this_request, g, request, session

import schlenk
from schlenk.eventloop import call_on_loop, process_loop

name = ContextVar("name", default="nobody")


@call_on_loop
async def current_loop():
    """Return the loop this runs on."""
    return asyncio.get_running_loop()


def python(code):
    """Run code in a fresh interpreter; return its exit status, what it printed, and its errors."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout.split(), done.stderr


def test_every_call_runs_on_the_same_loop():
    """What belongs to a loop can be kept from one call to the next."""
    loops = {current_loop() for _ in range(3)}

    assert loops == {process_loop().loop}
    assert threading.current_thread() is not process_loop().thread


def test_arguments_and_result_pass_through():
    """A caller sees a plain function with the name and the words of the async one."""

    @call_on_loop
    async def join(*args, **kwargs):
        """Join."""
        await asyncio.sleep(0)
        return args, kwargs

    assert (join(1, 2, a=3), join.__name__, join.__doc__) == (((1, 2), {"a": 3}), "join", "Join.")


def test_context_variables_flow_in_and_out():
    """The coroutine sees what the caller has set, and the caller what the coroutine has set."""

    @call_on_loop
    async def rename():
        seen = name.get()
        await asyncio.sleep(0)
        name.set("from inside")
        return seen

    token = name.set("from outside")
    try:
        assert (rename(), name.get()) == ("from outside", "from inside")
    finally:
        name.reset(token)


def test_what_was_set_before_an_error_is_set_for_the_caller():
    """A hook that fails leaves what it has left so far, as a plain one does."""

    @call_on_loop
    async def rename():
        name.set("before the error")
        raise LookupError

    token = name.set("at first")
    try:
        with pytest.raises(LookupError):
            rename()
        assert name.get() == "before the error"
    finally:
        name.reset(token)


def test_context_variables_of_one_thread_stay_there():
    """Callers that wait at the same time do not see each other's."""

    @call_on_loop
    async def swap(value):
        name.set(value)
        await asyncio.sleep(0.01)
        return name.get()

    def call(number):
        return swap(str(number)), name.get()

    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(call, range(16)))
    assert seen == [(str(number), str(number)) for number in range(16)]
    assert name.get() == "nobody"


def test_an_error_comes_with_its_traceback():
    """A log shows the line of the view, and the error is the very object that was raised."""
    error = LookupError("inside")

    async def inner():
        raise error

    @call_on_loop
    async def outer():
        await inner()

    with pytest.raises(LookupError) as caught:
        outer()
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert (caught.value is error, frames[-2:]) == (True, ["outer", "inner"])


@pytest.mark.parametrize(
    "error", ["SystemExit(3)", "KeyboardInterrupt()", "GeneratorExit()", "BaseException(1)"]
)
def test_an_error_that_ends_a_program_is_the_callers_and_the_loop_goes_on(error):
    """`sys.exit` in a view ends what it would end in a plain view, and no later request waits forever."""
    code = f"""
import signal; signal.alarm(5)  # instead of waiting forever
from schlenk.eventloop import call_on_loop
async def fail(): raise {error}
async def answer(): return "answered"
try: call_on_loop(fail)()
except BaseException as e: print(repr(e))
for _ in range(3): print(call_on_loop(answer)())
"""
    assert python(code) == (0, [error, *["answered"] * 3], "")


def test_a_coroutine_that_cancels_itself_is_cancelled_for_the_caller():
    """The error is asyncio's own, as in Flask."""

    @call_on_loop
    async def give_up():
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        give_up()


def test_a_loop_that_somebody_stopped_is_replaced():
    """No request waits for a thread that has ended."""
    code = """
import signal; signal.alarm(5)
from schlenk.eventloop import call_on_loop, process_loop
async def answer(): return "answered"
first = process_loop()
first.loop.call_soon_threadsafe(first.loop.stop)
first.thread.join()
print(call_on_loop(answer)(), process_loop().loop is first.loop)
"""
    assert python(code)[:2] == (0, ["answered", "False"])


class Interruption(BaseException):
    """What a signal raises in the waiting thread."""


def interrupt_once(started):
    """Send a signal to the main thread once something has started."""
    started.wait(5)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)


def interrupted(function, started):
    """Call a function that is interrupted once it has started."""

    def raise_it(*_):
        raise Interruption

    before = signal.signal(signal.SIGUSR1, raise_it)
    thread = threading.Thread(target=interrupt_once, args=(started,))
    thread.start()
    try:
        function()
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)


def test_a_coroutine_whose_caller_is_interrupted_is_cancelled():
    """Ctrl-C or a server's timeout leaves nothing running that nobody waits for."""
    started, cancelled = threading.Event(), threading.Event()

    @call_on_loop
    async def wait():
        try:
            asyncio.get_running_loop().call_later(0.05, started.set)
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(Interruption):
        interrupted(wait, started)
    assert cancelled.wait(5)


@pytest.mark.parametrize("end", ["returns", "fails"])
def test_a_coroutine_that_ends_in_its_own_way_when_cancelled_disturbs_nobody(end, caplog):
    """Its result has no receiver any more, which is no error of the loop."""
    started, ended = threading.Event(), threading.Event()

    @call_on_loop
    async def wait():
        try:
            asyncio.get_running_loop().call_later(0.05, started.set)
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.set()
            if end == "fails":
                raise LookupError from None

    with pytest.raises(Interruption):
        interrupted(wait, started)
    assert ended.wait(5)
    current_loop()
    assert [record.getMessage() for record in caplog.records] == []


def test_a_call_from_the_loop_itself_is_an_error_that_says_what_to_do():
    """Waiting there would wait forever."""

    @call_on_loop
    async def inner():
        """Be called by mistake."""

    @call_on_loop
    async def outer():
        inner()

    with pytest.raises(RuntimeError) as caught:
        outer()
    assert str(caught.value) == (
        "The async function 'inner' was called from another async function as if it were a plain one, which"
        " would wait for itself. Await it instead."
    )


def test_threads_wait_at_the_same_time():
    """Sixteen calls are on the loop at once; none waits for another to end."""
    together = asyncio.Barrier(16)

    @call_on_loop
    async def meet():
        async with asyncio.timeout(10):
            return await together.wait()

    with ThreadPoolExecutor(16) as threads:
        places = list(threads.map(lambda _: meet(), range(16)))
    assert sorted(places) == list(range(16))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_forked_process_gets_a_loop_of_its_own():
    """A server that loads the application and then forks serves async views in every process."""
    code = """
import asyncio, os, signal
from schlenk.eventloop import call_on_loop, process_loop
signal.alarm(10)
async def process(): return os.getpid()
parent = process_loop().loop
assert call_on_loop(process)() == os.getpid()
child = os.fork()
if child == 0:
    same = process_loop().loop is parent
    print(call_on_loop(process)() == os.getpid(), same, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(call_on_loop(process)() == os.getpid(), process_loop().loop is parent)
"""
    assert python(code)[:2] == (0, ["True", "False", "True", "True"])


def test_a_program_that_used_the_loop_ends_when_it_ends():
    """The loop's thread keeps no process alive and complains of nothing."""
    code = """
from schlenk.eventloop import call_on_loop
async def answer(): return "answered"
print(call_on_loop(answer)())
"""
    assert python(code) == (0, ["answered"], "")


# Whole requests.


def application(kind=schlenk.Flask):
    """Return an application of which every part that may be async is."""
    app = kind(__name__)
    app.secret_key = "a secret of this test"
    app.seen = []

    @app.before_request
    async def before():
        await asyncio.sleep(0)
        g.before = request.path

    @app.after_request
    async def after(response):
        await asyncio.sleep(0)
        response.headers["X-After"] = g.before
        return response

    @app.teardown_request
    async def teardown(error):
        app.seen.append(repr(error))

    @app.teardown_appcontext
    async def last(error):
        app.seen.append(flask.current_app.name == __name__)

    @app.errorhandler(LookupError)
    async def handle(error):
        await asyncio.sleep(0)
        return f"handled {error}", 418

    @app.get("/view/<word>")
    async def view(word):
        @after_this_request
        async def mark(response):
            response.headers["X-Mark"] = word
            return response

        await asyncio.sleep(0)
        session["word"] = word
        return {"word": word, "before": g.before, "endpoint": request.endpoint}

    @app.get("/fail")
    async def fail():
        await asyncio.sleep(0)
        raise LookupError("on purpose")

    @app.get("/crash")
    async def crash():
        raise ZeroDivisionError

    @app.get("/loop")
    async def loop():
        return str(id(asyncio.get_running_loop()))

    @app.get("/plain")
    def plain():
        return g.before

    return app


@pytest.mark.parametrize("path", ["/view/ä", "/fail", "/crash", "/plain", "/none"])
def test_async_views_and_hooks_answer_as_in_flask(path):
    """Hooks, handlers and views may be async in any mixture; answer and teardown are the same."""
    answers = []
    for kind in (schlenk.Flask, flask.Flask):
        app = application(kind)
        app.logger.disabled = True
        answer = app.test_client().get(path)
        headers = [answer.headers.get(key) for key in ("X-After", "X-Mark", "Content-Type")]
        answers.append((answer.status, answer.text, headers, app.seen))

    assert answers[0] == answers[1]


def test_requests_of_all_threads_share_one_loop():
    """An HTTP client or a pool of connections made by one request serves the next."""
    app = application()
    with ThreadPoolExecutor(8) as threads:
        loops = list(threads.map(lambda _: app.test_client().get("/loop").text, range(32)))

    assert set(loops) == {str(id(process_loop().loop))}


def test_async_views_take_the_direct_lane():
    """An async view is no reason for Flask's own methods."""
    assert application().upstream_reason() is None


def test_a_session_written_in_an_async_view_is_kept():
    """The view's session is the request's."""
    client = application().test_client()
    client.get("/view/kept")
    with client.session_transaction() as kept:
        assert kept["word"] == "kept"


def test_contexts_are_gone_after_an_async_request():
    """What async hooks have set does not stay in the thread."""
    app = application()
    app.logger.disabled = True
    for path in ("/view/a", "/fail", "/crash"):
        app.test_client().get(path)

    assert (flask.has_request_context(), flask.has_app_context()) == (False, False)
