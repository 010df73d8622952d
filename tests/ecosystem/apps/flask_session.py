"""Flask-Session: a basket that is kept on the server, in files."""

from cachelib.file import FileSystemCache
from flask import Flask, session
from flask_session import Session

app = Flask(__name__)
app.config.update(
    SESSION_TYPE="cachelib",
    SESSION_CACHELIB=FileSystemCache("sessions"),
    SESSION_PERMANENT=True,
    PERMANENT_SESSION_LIFETIME=600,
)
Session(app)


@app.get("/")
def home() -> dict[str, object]:
    """Show the basket."""
    return {"basket": session.get("basket", []), "new": "basket" not in session}


@app.get("/about")
def about() -> str:
    """Show a page that does not look at the session."""
    return "about"


@app.post("/basket/<item>")
def put(item: str) -> tuple[str, int]:
    """Put something in."""
    session.setdefault("basket", []).append(item)
    session.modified = True
    return "", 204


@app.post("/login")
def login() -> str:
    """Give the session another id."""
    app.session_interface.regenerate(session)
    return "welcome"


@app.delete("/basket")
def empty() -> tuple[str, int]:
    """Throw everything away."""
    session.clear()
    return "", 204


def visit(visitor):
    """Fill a basket, keep it, change its id, let it expire, throw it away."""
    visitor.get("/")
    visitor.get("/about")
    visitor.post("/basket/tube")
    visitor.post("/basket/jar")
    visitor.get("/")
    visitor.get("/about")
    visitor.get("/nowhere")
    visitor.head("/")
    visitor.post("/login")
    visitor.get("/")
    visitor.wait(601)
    visitor.get("/")
    visitor.post("/basket/flask")
    visitor.delete("/basket")
    visitor.get("/")
    visitor.get("/", headers={"Cookie": "session=forged"})
