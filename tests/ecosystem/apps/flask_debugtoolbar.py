"""Flask-DebugToolbar: pages with the toolbar at their end."""

from flask import Flask, redirect, render_template_string, session
from flask_debugtoolbar import DebugToolbarExtension

VARIES = [
    r"[\d.]+ ?(m?sec|ms|seconds)\b",
    r"<td>[\d.]+</td>",
    r"\d+ (in)?voluntary",
    r"0x[0-9a-f]+",
    r"^\d{4,6}$",
]

app = Flask(__name__)
app.debug = True
app.secret_key = "a secret"
app.config["DEBUG_TB_PANELS"] = [
    f"flask_debugtoolbar.panels.{panel}"
    for panel in (
        "versions.VersionDebugPanel",
        "timer.TimerDebugPanel",
        "headers.HeaderDebugPanel",
        "request_vars.RequestVarsDebugPanel",
        "template.TemplateDebugPanel",
        "logger.LoggingPanel",
        "route_list.RouteListDebugPanel",
        "g.GDebugPanel",
    )
]
DebugToolbarExtension(app)


@app.get("/")
def home() -> str:
    """Show a page from a template."""
    session["visits"] = session.get("visits", 0) + 1
    app.logger.warning("visited")
    return render_template_string("<html><body>{{ visits }}</body></html>", visits=session["visits"])


@app.get("/items/<int:number>")
def item(number: int) -> str:
    """Show one item."""
    return f"<!doctype html><p>{number}"


@app.get("/away")
def away() -> object:
    """Send the visitor home."""
    return redirect("/")


@app.get("/data")
def data() -> dict[str, int]:
    """Show no page at all."""
    return {"a": 1}


def visit(visitor):
    """Look at pages that carry the toolbar and at answers that do not."""
    visitor.get("/")
    visitor.get("/")
    visitor.get("/items/3")
    visitor.get("/items/x")
    visitor.get("/away")
    visitor.get("/data")
    visitor.head("/")
    visitor.options("/")
    visitor.get("/_debug_toolbar/static/css/toolbar.css")
