"""The package as users meet it: what importing it brings, what it exports, how it ships."""

import ast
import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import flask
import pytest

import schlenk

ROOT = Path(__file__).parents[1]

#: What a user who only serves pages must not pay for.
HEAVY = (
    "sqlalchemy",
    "flask_sqlalchemy",
    "wtforms",
    "flask_wtf",
    "requests",
    "httptools",
    "uvloop",
    "uvicorn",
    "schlenk.http",
    "schlenk.server",
)


def python(code: str) -> str:
    """Run `code` in a fresh interpreter, free to keep bytecode, and return what it printed."""
    command = [sys.executable, "-c", code]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def exported_by_flask() -> set[str]:
    """Return the names that Flask exports on purpose: those it imports as themselves."""
    tree = ast.parse(Path(flask.__file__).read_text())
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
    return {name.name for node in imports for name in node.names if name.name == name.asname}


def test_importing_schlenk_brings_neither_database_nor_forms_nor_client_nor_server() -> None:
    """You pay only for what you touch."""
    code = "import json, sys, schlenk; schlenk.Flask('app'); print(json.dumps(list(sys.modules)))"
    loaded = set(json.loads(python(code)))

    assert "schlenk" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_importing_schlenk_takes_about_as_long_as_importing_flask() -> None:
    """The quickest of some fresh imports, within a bound that only a heavy import would break."""
    code = "from time import process_time as t; s = t(); import {}; print(t() - s)"
    seconds: dict[str, list[float]] = {"flask": [], "schlenk": []}
    for _ in range(5):
        for package, times in seconds.items():
            times.append(float(python(code.format(package))))

    assert min(seconds["schlenk"]) <= 1.5 * min(seconds["flask"]) + 0.05


def test_importing_schlenk_leaves_flask_as_it_was() -> None:
    """Only adoption puts Schlenk in Flask's place, and nobody adopts by accident."""
    assert python("import schlenk, flask; print(flask.Flask.__module__)").strip() == "flask.app"


def test_everything_that_flask_exports_comes_from_schlenk() -> None:
    """`from schlenk import …` works for whatever a Flask tutorial imports, `escape` included."""
    wanted = exported_by_flask() | {"escape"}

    assert len(wanted) >= 40
    assert wanted <= set(schlenk.__all__)


def test_every_exported_name_is_there() -> None:
    """No name of `__all__` is a promise only; the lazy ones resolve."""
    missing = [name for name in schlenk.__all__ if not hasattr(schlenk, name)]

    assert missing == []


def test_the_exports_are_sorted_and_named_once() -> None:
    """A list in order shows what was added."""
    assert list(schlenk.__all__) == sorted(set(schlenk.__all__))


def test_a_name_that_is_not_exported_is_an_attribute_error() -> None:
    """Lazy names do not turn a typing error into something else."""
    with pytest.raises(AttributeError, match=r"module 'schlenk' has no attribute 'Flaks'"):
        schlenk.Flaks  # noqa: B018


def test_the_types_are_shipped() -> None:
    """Type checkers read a package's annotations only where `py.typed` lies (PEP 561)."""
    assert files("schlenk").joinpath("py.typed").is_file()


def test_the_version_is_the_same_wherever_it_is_said() -> None:
    """What was installed, what the project says and what the changes are filed under agree."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = [line for line in changes.splitlines() if line.startswith("## ")]

    assert version("schlenk") == declared
    assert declared in headings[0]
