"""Flask-Login: a members' page, remembered across visits."""

from dataclasses import dataclass

from flask import Flask, flash, get_flashed_messages, redirect, request, url_for
from flask_login import (
    LoginManager,
    UserMixin,
    current_user,
    fresh_login_required,
    login_required,
    login_user,
    logout_user,
)

app = Flask(__name__)
app.secret_key = "a secret"
login_manager = LoginManager(app)
login_manager.login_view = "login"


@dataclass
class Member(UserMixin):
    """Somebody with an account."""

    id: str


MEMBERS = {"1": Member("1")}


@login_manager.user_loader
def load(member: str) -> Member | None:
    """Return the member that a session names."""
    return MEMBERS.get(member)


@app.get("/")
def home() -> str:
    """Greet whoever it is."""
    name = current_user.id if current_user.is_authenticated else "guest"
    return f"Hello {name}. {' '.join(get_flashed_messages())}"


@app.route("/login", methods=["GET", "POST"])
def login() -> object:
    """Let a member in."""
    if request.method == "GET":
        return f"<form method=post>{' '.join(get_flashed_messages())}</form>"
    member = MEMBERS.get(request.form["id"])
    if member is None:
        return "No such member", 403
    login_user(member, remember="remember" in request.form)
    flash("Welcome.")
    return redirect(request.args.get("next") or url_for("home"))


@app.get("/books")
@login_required
def books() -> dict[str, object]:
    """List a member's books."""
    return {"member": current_user.id, "books": ["Purification of Laboratory Chemicals"]}


@app.get("/password")
@fresh_login_required
def password() -> str:
    """Show the page for which a remembered visit is not enough."""
    return "New password?"


@app.post("/logout")
@login_required
def logout() -> object:
    """Let a member go."""
    logout_user()
    return redirect(url_for("home"))


def visit(visitor):
    """Knock, come in, be remembered after the session is gone, leave."""
    visitor.get("/")
    visitor.get("/books")
    visitor.get("/login?next=/books")
    visitor.post("/login", data={"id": "2"})
    visitor.post("/login?next=/books", data={"id": "1", "remember": "1"})
    visitor.get("/")
    visitor.get("/books")
    visitor.head("/books")
    visitor.client.delete_cookie("session")
    visitor.get("/books")
    visitor.get("/password")
    visitor.get("/logout")
    visitor.post("/logout")
    visitor.get("/books")
    del MEMBERS["1"]
    visitor.get("/")
