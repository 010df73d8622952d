"""Flask-SocketIO: plain pages beside a socket, and events that see Flask's session."""

from flask import Flask, request, session
from flask_socketio import SocketIO, emit

app = Flask(__name__)
app.secret_key = "a secret"
socketio = SocketIO(app, async_mode="threading")


@app.get("/")
def home() -> str:
    """Show a page."""
    session["name"] = "Ada"
    return "home"


@app.get("/broken")
def broken() -> None:
    """Fail."""
    raise RuntimeError


@socketio.on("hello")
def hello(words) -> str:
    """Answer an event."""
    emit("answer", {"name": session.get("name"), "words": words, "path": request.path})
    session["said"] = words
    return "heard"


def visit(visitor):
    """Ask for pages and the socket's handshake, then speak over the socket."""
    visitor.get("/")
    visitor.head("/")
    visitor.get("/broken")
    visitor.get("/nowhere")
    visitor.get("/socket.io/?EIO=3&transport=polling")
    visitor.post("/socket.io/?EIO=4&transport=polling&sid=none")
    socket = socketio.test_client(app, flask_test_client=visitor.client)
    for words in ("good morning", "good night"):
        acknowledged = socket.emit("hello", words, callback=True)
        received = socket.get_received()
        visitor.note(f"hello {words}", acknowledged=acknowledged, received=received)
    socket.disconnect()
    visitor.get("/")
