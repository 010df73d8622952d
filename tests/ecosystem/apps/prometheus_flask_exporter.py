"""prometheus-flask-exporter: how often, how long, and how it ended."""

from flask import Flask, request
from prometheus_client import CollectorRegistry
from prometheus_flask_exporter import PrometheusMetrics

VARIES = [r"_(sum|bucket|created)\{.*\} .*", r"^\d{4,6}$"]

app = Flask(__name__)
metrics = PrometheusMetrics(app, registry=CollectorRegistry(), group_by="url_rule")
by_kind = metrics.counter("by_kind", "Requests by kind", labels={"kind": lambda: request.view_args["kind"]})


@app.get("/")
def home() -> str:
    """Show a page."""
    return "home"


@app.get("/kinds/<kind>")
@by_kind
@metrics.gauge("in_progress", "Requests under way")
def kind(kind: str) -> str:
    """Show a kind."""
    return kind


@app.get("/broken")
@metrics.counter("broken", "Failures", labels={"status": lambda answer: answer.status_code})
def broken() -> None:
    """Fail."""
    raise RuntimeError


@app.get("/skipped")
@metrics.do_not_track()
def skipped() -> str:
    """Be left out."""
    return "skipped"


def visit(visitor):
    """Ask for what works and what fails, and read the figures."""
    for path in ("/", "/", "/kinds/a", "/kinds/b", "/broken", "/skipped", "/nowhere"):
        visitor.get(path)
    visitor.head("/")
    visitor.post("/")
    visitor.get("/metrics")
    visitor.get("/metrics?name[]=by_kind_total", headers={"Accept": "application/openmetrics-text"})
