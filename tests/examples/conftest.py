"""Visitors of the registry, each with a copy of what one first run made: hashing is slow."""

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from werkzeug.test import TestResponse

from schlenk import Flask

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

from students import create_app
from students.models import db


class FirstRun(NamedTuple):
    """What a first run made: a folder of data, the password it printed, a session signed in."""

    folder: Path
    password: str
    cookie: str


class Visitor:
    """Somebody with a browser: a test client that fills in the forms it was shown."""

    def __init__(self, app: Flask, password: str) -> None:
        self.app = app
        self.password = password
        self.client = app.test_client()
        self.get = self.client.get

    def text(self, path: str) -> str:
        """Return the page at `path`."""
        return self.get(path, follow_redirects=True).text

    def names(self, path: str = "/") -> list[str]:
        """Return the students listed at `path`, in their order."""
        return re.findall(r'role="rowheader">([^<]*)<', self.text(path))

    def submit(self, path: str, *, at: str = "", follow: bool = True, **form: str) -> TestResponse:
        """Send `form` to `path` with the token of the page there, or of the page `at`."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.text(at or path))
        assert token, f"no form at {at or path}"
        data = {"csrf_token": token[1], **form}
        return self.client.post(path, data=data, follow_redirects=follow)

    def sign_in(self, path: str = "/login", **form: str) -> TestResponse:
        """Sign in with the first account, or what `form` says instead, and stop at the answer."""
        first = {"username": "admin", "password": self.password}
        return self.submit(path, follow=False, **{**first, **form})

    @property
    def cookie(self) -> str:
        """The session cookie this visitor holds."""
        cookie = self.client.get_cookie("session")
        return cookie.value if cookie else ""


@contextmanager
def registry(folder: Path, **config: Any) -> Iterator[Visitor]:
    """Run the registry over `folder` and visit it, with the password it prints if it prints one."""
    with redirect_stdout(StringIO()) as printed:
        app = create_app(config, folder)
    yield Visitor(app, "".join(re.findall(r"Password: (\S+)", printed.getvalue())))
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """The one first run whose data every visitor gets a copy of."""
    folder = tmp_path_factory.mktemp("registry") / "data"
    with registry(folder) as visitor:
        visitor.sign_in()
        visitor.text("/")  # takes the greeting out of the session
        return FirstRun(folder, visitor.password, visitor.cookie)


@pytest.fixture
def arrive(first_run: FirstRun, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Run the registry over this test's own copy of the data; again, over what it has become."""
    folder = shutil.copytree(first_run.folder, tmp_path / "copy")
    with ExitStack() as running:

        def run(**config: Any) -> Visitor:
            visitor = running.enter_context(registry(folder, **config))
            visitor.password = first_run.password
            return visitor

        yield run


@pytest.fixture
def visitor(arrive: Callable[..., Visitor]) -> Visitor:
    """Somebody who has not signed in."""
    return arrive()


@pytest.fixture
def member(visitor: Visitor, first_run: FirstRun) -> Visitor:
    """Somebody who has signed in."""
    visitor.client.set_cookie("session", first_run.cookie)
    return visitor
