"""sentry-sdk: errors and traces, handed to a transport that keeps them."""

import sentry_sdk
from flask import Flask, abort, render_template_string
from sentry_sdk.integrations.flask import FlaskIntegration
from sentry_sdk.transport import Transport

EVENTS = []


class Kept(Transport):
    """Keeps what would be sent."""

    def capture_envelope(self, envelope):
        """Keep an envelope's events and transactions."""
        EVENTS.extend(item.payload.json for item in envelope.items if item.type in {"event", "transaction"})


sentry_sdk.init(
    dsn="https://key@sentry.example/1",
    transport=Kept,
    integrations=[FlaskIntegration()],
    traces_sample_rate=1.0,
    send_default_pii=True,
)
app = Flask(__name__)


@app.get("/")
def home() -> str:
    """Show a page."""
    return render_template_string("<head>{{ sentry_trace_meta }}</head>")


@app.route("/items/<int:number>", methods=["GET", "POST"])
def item(number: int) -> str:
    """Divide by an item's number."""
    with sentry_sdk.start_span(op="divide", name="divide"):
        return str(1 / number)


@app.get("/refuse")
def refuse() -> None:
    """Refuse."""
    abort(403)


@app.get("/told")
def told() -> str:
    """Tell by hand."""
    sentry_sdk.capture_message("told")
    app.logger.error("logged")
    return "told"


def visit(visitor):
    """Ask for what works and what fails, and look at what was reported."""
    visitor.get("/")
    visitor.get("/items/2")
    visitor.get("/items/0", headers={"X-Request": "1", "Cookie": "a=b"})
    visitor.post("/items/0", data={"a": "1"})
    visitor.post("/items/0", json={"a": 1})
    visitor.get("/refuse")
    visitor.get("/told")
    visitor.get("/nowhere")
    visitor.head("/items/0")
    sentry_sdk.flush()
    for event in EVENTS:
        errors = event.get("exception", {}).get("values", [])
        visitor.note(
            event.get("type", "event"),
            transaction=event.get("transaction"),
            source=event.get("transaction_info"),
            message=event.get("message") or event.get("logentry"),
            request={k: v for k, v in event.get("request", {}).items() if k != "env"},
            errors=[(error["type"], error["value"], error["mechanism"]) for error in errors],
            frames=[
                [frame["function"] for frame in error["stacktrace"]["frames"] if frame["module"] == __name__]
                for error in errors
            ],
            status=event.get("contexts", {}).get("trace", {}).get("status"),
            spans=[(span["op"], span["description"]) for span in event.get("spans", [])],
            tags=event.get("tags"),
        )
