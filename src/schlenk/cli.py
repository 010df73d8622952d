"""The `schlenk` command: every `flask` command, run on Schlenk, and what Schlenk adds.

A `FlaskGroup`, so `--app`, `FLASK_APP`, `.env` files, plugins and an application's own commands work as they
do with `flask`.
"""

from __future__ import annotations

import platform
from importlib.metadata import version
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import FlaskGroup, ScriptInfo, routes_command, run_command, with_appcontext

from schlenk import adopt, cycle

if TYPE_CHECKING:
    from flask import Flask


def _adopt(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        adopt.install()


_adopt_option = click.Option(
    ["--adopt"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    envvar="SCHLENK_ADOPT",
    callback=_adopt,
    help="Run code written for Flask on Schlenk's request cycle, with exactly Flask's behaviour.",
)


@click.pass_context
def _run(context: click.Context, /, application: str | None, **options: Any) -> None:
    """Run a local development server.

    APPLICATION is what --app takes: a module, a file or an import path such as legacy:app.

    This server is for development. The reloader and debugger are enabled with --debug.
    """
    if application is not None:
        context.ensure_object(ScriptInfo).app_import_path = application
    context.invoke(run_command, **options)


@click.option("--lanes", is_flag=True, help="Show which lane serves each route, and why.")
@click.pass_context
def _routes(context: click.Context, /, lanes: bool, **options: Any) -> None:
    """Show all registered routes with endpoints and methods."""
    if lanes:
        context.invoke(_show_lanes)
    else:
        context.invoke(routes_command, **options)


@with_appcontext
def _show_lanes() -> None:
    rows = _lane_rows(current_app._get_current_object())  # type: ignore[attr-defined]  # a proxy's target
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in [rows[0], tuple("-" * width for width in widths), *rows[1:]]:
        click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def _lane_rows(app: Flask) -> list[tuple[str, ...]]:
    """Return a heading and a row for each route: rule, methods, endpoint, lane, reason."""
    if isinstance(app, cycle.Flask):
        reason = app.upstream_reason()
    else:
        reason = "made by flask.Flask; --adopt makes it with Schlenk's cycle"
    lane = "direct" if reason is None else "upstream"
    rows = [
        (
            str(rule),
            ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            str(rule.endpoint),
            lane,
            reason or "",
        )
        for rule in app.url_map.iter_rules()
    ]
    return [("Rule", "Methods", "Endpoint", "Lane", "Reason"), *sorted(rows, key=itemgetter(0))]


def _version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        packages = ", ".join(f"{name} {version(name.lower())}" for name in ("Schlenk", "Flask", "Werkzeug"))
        click.echo(f"{packages}, Python {platform.python_version()}")
        context.exit()


_version_option = click.Option(
    ["--version"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the versions of Schlenk, Flask, Werkzeug and Python.",
)


class SchlenkGroup(FlaskGroup):
    """Flask's commands, with `run` and `routes` extended, and `--adopt` before any command."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(params=[_adopt_option, _version_option], add_version_option=False, **extra)
        self.add_command(
            click.Command(
                "run",
                callback=_run,
                params=[
                    click.Argument(["application"], required=False),
                    _adopt_option,
                    *run_command.params,
                ],
                help=_run.__doc__,
                short_help=run_command.short_help,
            )
        )
        routes = click.command("routes", short_help=routes_command.short_help)(_routes)
        routes.params.extend(routes_command.params)
        self.add_command(routes)


main = SchlenkGroup(
    name="schlenk",
    help="""\
Run and inspect Flask applications on Schlenk.

An application to load must be given with the '--app' option, the 'FLASK_APP' environment variable, or with a
'wsgi.py' or 'app.py' file in the current directory.
""",
)
