"""Adoption: run unmodified Flask code on Schlenk's request cycle.

`install` puts `schlenk.cycle.Flask`, which behaves exactly as `flask.Flask` does, in its place. Code that
then says `from flask import Flask`, or `class MyFlask(Flask)`, gets it, and so does every module that has
imported the name already. What exists by then stays as it is: a class that has been derived from Flask's
and an application that has been made go on running on Flask.
"""

from __future__ import annotations

import sys
from types import ModuleType

import flask
import flask.app

from schlenk import cycle

__all__ = ["install", "is_installed", "uninstall"]

_upstream = cycle.Flask.__base__


def install() -> None:
    """Put Schlenk's cycle in the place of `flask.Flask`. Doing it again changes nothing.

    Example:
        >>> import flask
        >>> from schlenk import adopt
        >>> adopt.install()
        >>> flask.Flask.__module__
        'schlenk.cycle'
        >>> adopt.uninstall()
    """
    _replace(_upstream, cycle.Flask)


def uninstall() -> None:
    """Put `flask.Flask` back in its place."""
    _replace(cycle.Flask, _upstream)


def is_installed() -> bool:
    """Tell whether `flask.Flask` is Schlenk's cycle."""
    return flask.Flask is cycle.Flask


def _replace(old: type | None, new: type | None) -> None:
    """Bind `new` wherever a module has bound `old`, this package apart."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and name.partition(".")[0] != "schlenk":
            for key, value in list(vars(module).items()):
                if value is old:
                    setattr(module, key, new)
