"""Flask-JWT-Extended: tokens in a header for programs, in cookies for browsers."""

from datetime import timedelta

from flask import Flask, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    current_user,
    get_jwt,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    unset_jwt_cookies,
)

app = Flask(__name__)
app.config.update(
    JWT_SECRET_KEY="a secret that is long enough for a signature",
    JWT_TOKEN_LOCATION=["headers", "cookies"],
    JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=15),
)
jwt = JWTManager(app)
REVOKED = set()


@jwt.user_lookup_loader
def load(header, payload):
    """Return the user that a token names."""
    return {"name": payload["sub"]}


@jwt.token_in_blocklist_loader
def is_revoked(header, payload) -> bool:
    """Tell whether a token was given back."""
    return payload["jti"] in REVOKED


@app.post("/login")
def login() -> object:
    """Hand out tokens."""
    name = request.get_json()["name"]
    if name != "ada":
        return {"msg": "bad name"}, 401
    answer = jsonify(
        access=create_access_token(name, fresh=True, additional_claims={"role": "reader"}),
        refresh=create_refresh_token(name),
    )
    set_access_cookies(answer, create_access_token(name))
    return answer


@app.post("/refresh")
@jwt_required(refresh=True)
def refresh() -> dict[str, str]:
    """Hand out another access token."""
    return {"access": create_access_token(get_jwt_identity(), fresh=False)}


@app.route("/me", methods=["GET", "PUT"])
@jwt_required()
def me() -> dict[str, object]:
    """Show who is asking."""
    return {"user": dict(current_user), "role": get_jwt().get("role")}


@app.get("/fresh")
@jwt_required(fresh=True)
def fresh() -> str:
    """Show what needs a fresh token."""
    return "fresh"


@app.get("/maybe")
@jwt_required(optional=True)
def maybe() -> dict[str, object]:
    """Greet anybody."""
    return {"user": get_jwt_identity()}


@app.delete("/token")
@jwt_required()
def revoke() -> object:
    """Take a token back."""
    REVOKED.add(get_jwt()["jti"])
    answer = jsonify(msg="revoked")
    unset_jwt_cookies(answer)
    return answer


def visit(visitor):
    """Log in, use the tokens, forge them, refresh them, let them expire, give them back."""
    visitor.get("/me")
    visitor.post("/login", json={"name": "eve"})
    tokens = visitor.post("/login", json={"name": "ada"}).get_json()
    access = {"Authorization": f"Bearer {tokens['access']}"}
    renewing = {"Authorization": f"Bearer {tokens['refresh']}"}
    visitor.get("/me", headers=access)
    visitor.get("/me", headers=renewing)
    visitor.get("/me", headers={"Authorization": f"Bearer {tokens['access']}x"})
    visitor.get("/me", headers={"Authorization": "Bearer"})
    visitor.get("/me")
    visitor.put("/me")
    visitor.head("/me", headers=access)
    csrf = visitor.client.get_cookie("csrf_access_token").value
    visitor.put("/me", headers={"X-CSRF-TOKEN": csrf})
    visitor.get("/fresh", headers=access)
    again = visitor.post("/refresh", headers=renewing).get_json()["access"]
    visitor.get("/fresh", headers={"Authorization": f"Bearer {again}"})
    visitor.get("/maybe", headers=access)
    visitor.delete("/token", headers=access)
    visitor.get("/me", headers=access)
    visitor.wait(901)
    visitor.get("/me", headers={"Authorization": f"Bearer {again}"})
    visitor.get("/maybe")
