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

from schlenk import cycle
from schlenk.lanes import Upstream

__all__ = ["install", "is_installed", "uninstall"]

_rebound: list[tuple[ModuleType, str]] = []


def install() -> None:
    """Put Schlenk's cycle in the place of `flask.Flask`. Doing it again changes nothing more.

    Example:
        >>> import flask
        >>> from schlenk import adopt
        >>> adopt.install()
        >>> flask.Flask.__module__
        'schlenk.cycle'
        >>> adopt.uninstall()
    """
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and name.partition(".")[0] != "schlenk":
            for key, value in list(vars(module).items()):
                if value is Upstream:
                    setattr(module, key, cycle.Flask)
                    _rebound.append((module, key))


def uninstall() -> None:
    """Put `flask.Flask` back wherever `install` replaced it."""
    while _rebound:
        module, key = _rebound.pop()
        if getattr(module, key, None) is cycle.Flask:
            setattr(module, key, Upstream)


def is_installed() -> bool:
    """Tell whether `flask.Flask` is Schlenk's cycle."""
    return flask.Flask is cycle.Flask
