"""What the package says about itself: every public name says something, and every example is true."""

import doctest
import pkgutil
import subprocess
import sys
from functools import lru_cache
from importlib import import_module
from types import FunctionType

import pytest

import schlenk
from schlenk.contexts import AppContext

MODULES = sorted(
    ["schlenk", *(module.name for module in pkgutil.walk_packages(schlenk.__path__, "schlenk."))]
)

#: Modules whose import or whose examples concern the whole process: they get one of their own.
ALONE = ("schlenk.adopt", "schlenk.adopt.auto")

#: Modules that can be imported here: not the one that adopts by being imported.
LOADED = [name for name in MODULES if name != "schlenk.adopt.auto"]

#: Kinds of things that say what they do. Compared by type, for a proxy pretends to be what it stands for.
CACHED, ON_FIRST_TOUCH = type(lru_cache(len)), type(AppContext.g)
DOCUMENTED = (FunctionType, staticmethod, classmethod, property, CACHED, ON_FIRST_TOUCH, type)


def public(owner, prefix):
    """Return the public names that a module or a class defines itself, with their objects."""
    for name, value in vars(owner).items():
        if name.startswith("_") or not issubclass(type(value), DOCUMENTED):
            continue
        if getattr(value, "__module__", None) not in {None, owner.__name__, vars(owner).get("__module__")}:
            continue
        yield f"{prefix}.{name}", value
        if issubclass(type(value), type):
            yield from public(value, f"{prefix}.{name}")


def names():
    """Return every public name of the package that is defined in it."""
    return [found for name in LOADED for found in public(import_module(name), name)]


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith(ALONE)])
def test_the_examples_of_a_module_are_true(module):
    """Every `Example:` runs and gives what it shows."""
    failed = doctest.testmod(import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE).failed

    assert failed == 0


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(ALONE)])
def test_the_examples_of_adoption_are_true(module):
    """They are run apart, because adoption concerns a whole process."""
    code = f"import doctest, sys, {module} as m; sys.exit(doctest.testmod(m).failed)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_examples_are_found():
    """A test of examples that finds none would never fail."""
    tests = [test for name in LOADED for test in doctest.DocTestFinder().find(import_module(name))]
    found = {test.name for test in tests if test.examples}

    assert {"schlenk.app.Flask", "schlenk.app.url_for", "schlenk.encoding.compact_encoder"} <= found


@pytest.mark.parametrize("module", LOADED)
def test_a_module_says_why_it_is_there(module):
    """The first line of a module is a sentence."""
    first = (import_module(module).__doc__ or "").partition("\n")[0]

    assert first.endswith((".", ":"))


@pytest.mark.parametrize(("name", "value"), names(), ids=[name for name, _ in names()])
def test_a_public_name_has_a_docstring_that_starts_with_a_sentence(name, value):
    """What it does or is, in one line."""
    first = (value.__doc__ or "").strip().partition("\n\n")[0]

    assert first.endswith((".", ":"))
