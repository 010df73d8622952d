"""The package as users meet it: what it exports, what it needs."""

import builtins
import doctest
import importlib
import pkgutil
import sys

import pytest

from schlenk import http


def test_the_exports_are_sorted_and_there():
    """No name is a promise only."""
    assert list(http.__all__) == sorted(set(http.__all__))
    assert [name for name in http.__all__ if not hasattr(http, name)] == []


@pytest.mark.parametrize("module", [info.name for info in pkgutil.iter_modules(http.__path__)])
def test_examples_run(module):
    """The examples of the docstrings are true."""
    assert doctest.testmod(importlib.import_module(f"schlenk.http.{module}")).failed == 0


def test_without_its_packages_the_error_says_what_to_install(monkeypatch):
    """Who lacks the extra is told its name."""
    real = builtins.__import__

    def lacking(name, *rest):
        if name == "pyreqwest":
            raise ModuleNotFoundError("No module named 'pyreqwest'", name="pyreqwest")
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "schlenk.http")
    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(ImportError, match=r'pip install "schlenk\[http\]"'):
        importlib.import_module("schlenk.http")
