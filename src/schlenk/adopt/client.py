"""Importing this module installs the client alone: `pytest -p schlenk.adopt.client` runs tests on it."""

from schlenk import adopt

adopt.install_client()
