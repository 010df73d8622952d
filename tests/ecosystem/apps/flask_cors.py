"""Flask-CORS: an API that pages of other origins may call."""

from flask import Flask, abort, jsonify, request
from flask_cors import CORS, cross_origin

app = Flask(__name__)
CORS(
    app,
    resources={r"/api/*": {"origins": ["https://shop.example", r"https://.*\.lab\.example"]}},
    supports_credentials=True,
    expose_headers=["X-Total"],
    max_age=600,
)


@app.route("/api/items", methods=["GET", "POST"])
def items() -> object:
    """List or add items."""
    if request.method == "POST":
        return jsonify(request.get_json()), 201
    return jsonify(["flask", "tube"]), {"X-Total": "2"}


@app.get("/api/broken")
def broken() -> None:
    """Fail."""
    raise RuntimeError


@app.get("/api/gone")
def gone() -> None:
    """Refuse."""
    abort(410)


@app.route("/open", methods=["GET", "PUT"])
@cross_origin(send_wildcard=True, allow_headers=["X-Key"])
def open_to_all() -> str:
    """Answer anybody."""
    return "open"


@app.get("/closed")
def closed() -> str:
    """Answer no other origin."""
    return "closed"


def visit(visitor):
    """Ask from allowed and refused origins, before and with the request itself."""
    shop = {"Origin": "https://shop.example"}
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for origin in ("https://shop.example", "https://a.lab.example", "https://evil.example"):
        visitor.get("/api/items", headers={"Origin": origin})
        visitor.options("/api/items", headers={"Origin": origin, **asks})
    visitor.get("/api/items")
    visitor.head("/api/items", headers=shop)
    visitor.options("/api/items")
    visitor.post("/api/items", json={"name": "jar"}, headers=shop)
    visitor.post("/api/items", data="{", content_type="application/json", headers=shop)
    visitor.delete("/api/items", headers=shop)
    visitor.get("/api/broken", headers=shop)
    visitor.get("/api/gone", headers=shop)
    visitor.get("/api/nowhere", headers=shop)
    visitor.get("/open", headers=shop)
    visitor.options("/open", headers={**shop, "Access-Control-Request-Method": "PUT"})
    visitor.get("/closed", headers=shop)
