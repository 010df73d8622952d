"""Importing this module installs Schlenk: `pytest -p schlenk.adopt.auto` runs a project's tests on it."""

from schlenk import adopt

adopt.install()
