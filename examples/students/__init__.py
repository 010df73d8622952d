"""The students registry: a small, complete application on Schlenk."""

from .app import create_app

__all__ = ["create_app"]
