"""OpenTelemetry: every Flask made after `instrument()` records a span for each request."""

import flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

kept = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
FlaskInstrumentor().instrument(tracer_provider=provider, excluded_urls="health")

app = flask.Flask(__name__)
FlaskInstrumentor().uninstrument()
plain = flask.Flask("plain")
by_hand = flask.Flask("by hand")
FlaskInstrumentor().instrument_app(by_hand, tracer_provider=provider)
plain.add_url_rule("/", "home", lambda: "plain")
by_hand.add_url_rule("/", "home", lambda: "by hand")


@app.get("/")
def home() -> str:
    """Show a page."""
    return "home"


@app.get("/items/<int:number>")
def item(number: int) -> dict[str, float]:
    """Divide by an item's number."""
    return {"share": 1 / number}


@app.get("/health")
def health() -> str:
    """Tell that all is well."""
    return "well"


def visit(visitor):
    """Ask for what works and what fails, and look at the spans."""
    traced = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    visitor.get("/", headers=traced)
    visitor.get("/items/2?a=b")
    visitor.get("/items/0")
    visitor.get("/nowhere")
    visitor.post("/")
    visitor.head("/")
    visitor.options("/")
    visitor.get("/health")
    for other in (plain, by_hand):
        visitor.client = other.test_client()
        visitor.get("/")
    for span in kept.get_finished_spans():
        visitor.note(
            span.name,
            status=span.status.status_code.name,
            attributes=dict(span.attributes),
            events=[event.name for event in span.events],
            parent=span.parent and hex(span.parent.span_id),
        )
