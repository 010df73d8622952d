"""Connexion: an API whose routes come from its OpenAPI document, around a Flask application."""

from pathlib import Path

import connexion
from connexion.exceptions import OAuthProblem
from flask import request

DOCUMENT = """
openapi: 3.0.0
info: {title: Names, version: "1"}
components:
  securitySchemes:
    key: {type: apiKey, name: X-Key, in: header, x-apikeyInfoFunc: MODULE.check_key}
paths:
  /hello/{name}:
    get:
      operationId: MODULE.hello
      parameters:
        - {name: name, in: path, required: true, schema: {type: string}}
        - {name: times, in: query, schema: {type: integer, maximum: 3, default: 1}}
      responses: {200: {description: a greeting}}
  /names:
    post:
      operationId: MODULE.add
      security: [{key: []}]
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [name], properties: {name: {type: string}}}
      responses: {201: {description: added}}
"""


def hello(name: str, times: int) -> dict[str, str]:
    """Greet."""
    return {"greeting": " ".join([f"Hello {name}."] * times), "method": request.method}


def add(body: dict[str, str], user: str) -> tuple[dict[str, str], int, dict[str, str]]:
    """Add a name."""
    return {"added": body["name"], "by": user}, 201, {"Location": f"/hello/{body['name']}"}


def check_key(key: str) -> dict[str, str]:
    """Return whose key this is."""
    if key != "k3y":
        raise OAuthProblem("Unknown key")
    return {"sub": "ada"}


app = connexion.FlaskApp(__name__)
Path("names.yaml").write_text(DOCUMENT.replace("MODULE", __name__))
app.add_api(Path.cwd() / "names.yaml", strict_validation=True)
flask_app = app.app


@app.route("/plain")
def plain() -> str:
    """Show a page that is not in the document."""
    return "plain"


def visit(visitor):
    """Greet, add, and break every rule of the document."""

    def send(method: str, path: str, **told: object) -> None:
        answer = visitor.client.request(method, path, **told)
        headers = answer.headers.multi_items()
        visitor.note(f"{method} {path}", status=answer.status_code, headers=headers, body=answer.text)

    send("GET", "/hello/Ada")
    send("GET", "/hello/Ada?times=2")
    send("GET", "/hello/Ada?times=9")
    send("GET", "/hello/Ada?other=1")
    send("POST", "/hello/Ada")
    send("POST", "/names", json={"name": "Emmy"})
    send("POST", "/names", json={"name": "Emmy"}, headers={"X-Key": "wrong"})
    send("POST", "/names", json={"name": "Emmy"}, headers={"X-Key": "k3y"})
    send("POST", "/names", json={"name": 1}, headers={"X-Key": "k3y"})
    send("POST", "/names", content="{", headers={"X-Key": "k3y", "Content-Type": "application/json"})
    send("GET", "/plain")
    send("HEAD", "/plain")
    send("GET", "/nowhere")
    send("GET", "/openapi.json")
