"""Flask-Principal: what an identity may do, told by signals."""

from flask import Flask, session
from flask_principal import (
    AnonymousIdentity,
    Identity,
    Permission,
    PermissionDenied,
    Principal,
    RoleNeed,
    identity_changed,
    identity_loaded,
)

app = Flask(__name__)
app.secret_key = "a secret"
Principal(app)
admin = Permission(RoleNeed("admin"))


@identity_loaded.connect_via(app)
def give_roles(sender, identity) -> None:
    """Make one of them an administrator."""
    if identity.id == "ada":
        identity.provides.add(RoleNeed("admin"))


@app.errorhandler(PermissionDenied)
def refuse(error):
    """Say so."""
    return f"may not: {error}", 403


@app.post("/login/<name>")
def login(name: str) -> str:
    """Become somebody."""
    identity_changed.send(app, identity=Identity(name))
    return f"Hello {name}"


@app.post("/logout")
def logout() -> str:
    """Become nobody."""
    session.clear()
    identity_changed.send(app, identity=AnonymousIdentity())
    return "bye"


@app.get("/admin")
@admin.require()
def administer() -> str:
    """Be for administrators."""
    return "admin"


@app.get("/strict")
@admin.require(403)
def strict() -> str:
    """Be for administrators, and forbidden to others."""
    return "strict"


def visit(visitor):
    """Ask as nobody, as somebody, as an administrator."""
    for name in (None, "eve", "ada"):
        if name:
            visitor.post(f"/login/{name}")
        visitor.get("/admin")
        visitor.get("/strict")
    visitor.post("/logout")
    visitor.get("/admin")
