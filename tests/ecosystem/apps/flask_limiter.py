"""Flask-Limiter: so many requests a minute, and not more."""

from flask import Blueprint, Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

app = Flask(__name__)
limiter = Limiter(
    get_remote_address,
    app=app,
    default_limits=["3 per minute"],
    headers_enabled=True,
    storage_uri="memory://",
    strategy="moving-window",
)
public = Blueprint("public", __name__, url_prefix="/public")


@app.get("/")
def home() -> str:
    """Answer within the default limit."""
    return "home"


@app.post("/login")
@limiter.limit("2/minute", key_func=lambda: request.form["user"], error_message="slow down")
def login() -> str:
    """Answer within a limit per user."""
    return "welcome"


@app.get("/free")
@limiter.exempt
def free() -> str:
    """Answer without limit."""
    return "free"


@public.get("/page")
def page() -> str:
    """Answer without limit, by blueprint."""
    return "page"


limiter.exempt(public)
app.register_blueprint(public)


def visit(visitor):
    """Ask until refused, wait, ask again."""
    for _ in range(5):
        visitor.get("/")
    visitor.get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    for user in ("a", "a", "a", "b"):
        visitor.post("/login", data={"user": user})
    for _ in range(5):
        visitor.get("/free")
        visitor.get("/public/page")
        visitor.get("/nowhere")
    visitor.wait(61)
    visitor.get("/")
    visitor.head("/")
