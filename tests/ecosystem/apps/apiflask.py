"""APIFlask: a subclass of Flask with schemas, tokens and OpenAPI documents."""

from apiflask import APIFlask, HTTPTokenAuth, Schema, abort
from apiflask.fields import Integer, String
from apiflask.validators import Length

app = APIFlask(__name__, title="Pets")
auth = HTTPTokenAuth()
PETS = [{"id": 0, "name": "Kitty"}]


class Pet(Schema):
    """A pet, as it comes in."""

    name = String(required=True, validate=Length(1, 10))


class StoredPet(Pet):
    """A pet, as it goes out."""

    id = Integer()


@auth.verify_token
def verify(token):
    """Return whose token this is."""
    return {"t0ken": "ada"}.get(token)


@app.get("/pets/<int:number>")
@app.output(StoredPet)
def show(number):
    """Show a pet."""
    if number >= len(PETS):
        abort(404, "no such pet", detail={"number": number})
    return PETS[number]


@app.post("/pets")
@app.auth_required(auth)
@app.input(Pet)
@app.output(StoredPet, status_code=201)
def add(json_data):
    """Add a pet."""
    PETS.append({"id": len(PETS), **json_data})
    return PETS[-1]


@app.get("/broken")
def broken():
    """Fail."""
    raise RuntimeError


@app.get("/plain")
def plain():
    """Show a page of plain text."""
    return "plain"


def visit(visitor):
    """Read the documents, then ask well and badly, known and unknown."""
    known = {"Authorization": "Bearer t0ken"}
    visitor.get("/openapi.json")
    visitor.get("/docs")
    visitor.get("/pets/0")
    visitor.get("/pets/7")
    visitor.post("/pets", json={"name": "Tom"})
    visitor.post("/pets", json={"name": "Tom"}, headers=known)
    visitor.post("/pets", json={"name": "a name too long"}, headers=known)
    visitor.post("/pets", data="{", content_type="application/json", headers=known)
    visitor.get("/broken")
    visitor.get("/plain")
    visitor.head("/pets/0")
    visitor.options("/pets")
    visitor.delete("/pets")
    visitor.get("/nowhere")
