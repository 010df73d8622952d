"""Flask-HTTPAuth: passwords, digests and bearer tokens in the Authorization header."""

from flask import Flask
from flask_httpauth import HTTPBasicAuth, HTTPDigestAuth, HTTPTokenAuth, MultiAuth

app = Flask(__name__)
app.secret_key = "a secret"
basic = HTTPBasicAuth()
token = HTTPTokenAuth(scheme="Bearer")
either = MultiAuth(basic, token)
digest = HTTPDigestAuth()


@basic.verify_password
def verify(name, password):
    """Return who gave this name and password."""
    return name if (name, password) == ("ada", "engine") else None


@token.verify_token
def verify_token(given):
    """Return whose token this is."""
    return {"t0ken": "lise"}.get(given)


@basic.get_user_roles
def roles(user):
    """Return what a user is."""
    return ["reader"]


@basic.error_handler
def refuse(status):
    """Say no in JSON."""
    return {"error": "who are you?"}, status


@digest.get_password
def password_of(name):
    """Return a user's password."""
    return {"emmy": "ring"}.get(name)


@app.get("/basic")
@basic.login_required
def with_password() -> dict[str, str]:
    """Greet whoever gave a password."""
    return {"user": basic.current_user()}


@app.get("/admin")
@basic.login_required(role="admin")
def admin() -> str:
    """Be for administrators."""
    return "admin"


@app.get("/either")
@either.login_required
def with_either() -> str:
    """Greet whoever gave a password or a token."""
    return either.current_user()


@app.get("/maybe")
@token.login_required(optional=True)
def maybe() -> str:
    """Greet anybody."""
    return str(token.current_user())


@app.get("/digest")
@digest.login_required
def with_digest() -> str:
    """Greet whoever can compute a digest."""
    return digest.username()


def visit(visitor):
    """Come with nothing, with the wrong thing, and with the right one."""
    bearer = {"Authorization": "Bearer t0ken"}
    visitor.get("/basic")
    visitor.get("/basic", auth=("ada", "wrong"))
    visitor.get("/basic", auth=("ada", "engine"))
    visitor.head("/basic")
    visitor.get("/admin", auth=("ada", "engine"))
    visitor.get("/either")
    visitor.get("/either", headers=bearer)
    visitor.get("/either", headers={"Authorization": "Bearer other"})
    visitor.get("/either", auth=("ada", "engine"))
    visitor.get("/maybe")
    visitor.get("/maybe", headers=bearer)
    visitor.get("/basic", headers={"Authorization": "Basic %%%"})
    visitor.get("/digest")
    visitor.get("/digest", headers={"Authorization": 'Digest username="emmy", realm="x"'})
    visitor.options("/basic")
