"""Flask-Compress: long answers made short in transit."""

from collections.abc import Iterator

from flask import Flask, Response, send_file
from flask_compress import Compress

app = Flask(__name__)
app.config["COMPRESS_MIN_SIZE"] = 100
compress = Compress(app)


@app.get("/long")
def long() -> str:
    """Show much text."""
    return "flask " * 200


@app.get("/short")
def short() -> str:
    """Show little text."""
    return "flask"


@app.get("/data")
def data() -> object:
    """Show data with a version of its own."""
    answer = app.json.response(list(range(200)))
    answer.set_etag("v1")
    return answer


@app.get("/stream")
def stream() -> Response:
    """Show text piece by piece."""

    def pieces() -> Iterator[str]:
        for number in range(50):
            yield f"{number:04}"

    return Response(pieces(), mimetype="text/plain")


@app.get("/image")
def image() -> Response:
    """Show what is compressed already."""
    return Response(b"\x89PNG" * 100, mimetype="image/png")


@app.get("/source")
def source() -> Response:
    """Show a file."""
    return send_file(__file__, mimetype="text/plain", etag="v2", last_modified=0)


def visit(visitor):
    """Ask with several kinds of compression, or none."""
    for path in ("/long", "/short", "/data", "/stream", "/image", "/source"):
        visitor.get(path)
        for encoding in ("gzip", "br", "deflate", "zstd", "gzip;q=0.5, br", "identity"):
            visitor.get(path, headers={"Accept-Encoding": encoding})
    visitor.head("/long", headers={"Accept-Encoding": "gzip"})
    visitor.get("/data", headers={"Accept-Encoding": "gzip", "If-None-Match": '"v1:gzip"'})
    visitor.get("/data", headers={"If-None-Match": '"v1"'})
    visitor.get("/nowhere", headers={"Accept-Encoding": "gzip"})
