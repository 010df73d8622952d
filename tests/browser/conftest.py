"""A headless Chromium, and the registry on a real server for it to visit."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.programs import require
from werkzeug.serving import WSGIRequestHandler, make_server

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

from students import create_app
from students.models import db

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Site(NamedTuple):
    """A running registry: where it is, and the password of its first account."""

    url: str
    password: str


class Quiet(WSGIRequestHandler):
    """A handler that writes no line per request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


# Not for the whole session: Playwright keeps an event loop running in this thread while it is open,
# and other modules test event loops of their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    program = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The registry after a first run of its own, served on loopback."""
    with redirect_stdout(StringIO()) as printed:
        app = create_app(instance_path=tmp_path)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    password = re.findall(r"Password: (\S+)", printed.getvalue())[0]
    yield Site(f"http://127.0.0.1:{server.port}", password)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page of the site in a fresh profile; the browser must not complain about it."""
    contexts, complaints = [], []

    def look(path: str = "/", *, member: bool = False, **profile: Any) -> Page:
        context = chromium.new_context(base_url=site.url, **{"viewport": DESK, **profile})
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if member:
            page.goto("/login")
            sign_in(page, site)
        page.goto(path)
        return page

    yield look
    for context in contexts:
        context.close()
    # Chromium reports each page whose status is an error as a resource that failed to load.
    assert [text for text in complaints if "the server responded with" not in text] == []


def sign_in(page: Page, site: Site) -> None:
    """Fill in and send the form to sign in."""
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(site.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_text("You are signed in as admin.").wait_for()
