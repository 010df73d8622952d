"""Adoption: run unmodified Flask code on Schlenk's request cycle.

`install` puts `schlenk.cycle.Flask`, which behaves exactly as `flask.Flask` does, in its place. Code that
then says `from flask import Flask`, or `class MyFlask(Flask)`, gets it, and so does every module that has
imported the name already. `install(requests=True)` does the same with `requests.Session`. What exists by then
stays as it is: a class that has been derived from Flask's and an application that has been made go on running
on Flask.
"""

from __future__ import annotations

import sys
from types import ModuleType

import flask

from schlenk import cycle
from schlenk.lanes import Upstream

__all__ = ["install", "install_client", "is_installed", "uninstall"]

_rebound: list[tuple[ModuleType, str, type, type]] = []


def install(*, requests: bool = False) -> None:
    """Put Schlenk's cycle in the place of `flask.Flask`. Doing it again changes nothing more.

    Args:
        requests: put the client in the place of `requests.Session` as well; needs `schlenk[http]`.

    Example:
        >>> import flask
        >>> from schlenk import adopt
        >>> adopt.install()
        >>> flask.Flask.__module__
        'schlenk.cycle'
        >>> adopt.uninstall()
    """
    _replace(Upstream, cycle.Flask)
    if requests:
        install_client()


def install_client() -> None:
    """Put the client in the place of `requests.Session`, and nothing else."""
    from schlenk.http import adopted

    _replace(adopted.UPSTREAM, adopted.Session)


def uninstall() -> None:
    """Put `flask.Flask` and `requests.Session` back wherever they were replaced."""
    while _rebound:
        module, key, old, new = _rebound.pop()
        if getattr(module, key, None) is new:
            setattr(module, key, old)


def _replace(old: type, new: type) -> None:
    """Bind `new` wherever a module has bound `old`, this package apart."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and name.partition(".")[0] != "schlenk":
            for key, value in list(vars(module).items()):
                if value is old:
                    setattr(module, key, new)
                    _rebound.append((module, key, old, new))


def is_installed() -> bool:
    """Tell whether `flask.Flask` is Schlenk's cycle."""
    return flask.Flask is cycle.Flask
