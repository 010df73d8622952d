"""flask-smorest: an API from marshmallow schemas, with ETags, paging and OpenAPI documents."""

from flask import Flask
from flask.views import MethodView
from flask_smorest import Api, Blueprint, abort
from marshmallow import Schema, fields, validate

app = Flask(__name__)
app.config.update(
    API_TITLE="Pets",
    API_VERSION="v1",
    OPENAPI_VERSION="3.0.2",
    OPENAPI_URL_PREFIX="/",
    OPENAPI_SWAGGER_UI_PATH="/swagger",
    OPENAPI_SWAGGER_UI_URL="https://cdn.example/swagger/",
)
api = Api(app)
PETS = {1: {"id": 1, "name": "Max", "age": 3}}


class Pet(Schema):
    """A pet."""

    id = fields.Int(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(max=10))
    age = fields.Int()


class Filter(Schema):
    """What to look for."""

    name = fields.String()


pets = Blueprint("pets", "pets", url_prefix="/pets", description="Pets of the house")


@pets.route("/")
class Pets(MethodView):
    """All pets."""

    @pets.arguments(Filter, location="query")
    @pets.response(200, Pet(many=True))
    @pets.paginate(page_size=2)
    def get(self, wanted, pagination_parameters):
        """List pets."""
        found = [pet for pet in PETS.values() if wanted.get("name", pet["name"]) == pet["name"]]
        pagination_parameters.item_count = len(found)
        return found[pagination_parameters.first_item : pagination_parameters.last_item + 1]

    @pets.arguments(Pet)
    @pets.response(201, Pet)
    def post(self, new):
        """Add a pet."""
        number = max(PETS) + 1
        PETS[number] = {"id": number, **new}
        return PETS[number]


@pets.route("/<int:number>")
class OnePet(MethodView):
    """One pet."""

    @pets.etag
    @pets.response(200, Pet)
    def get(self, number):
        """Show a pet."""
        if number not in PETS:
            abort(404, message="No such pet.")
        return PETS[number]

    @pets.etag
    @pets.arguments(Pet)
    @pets.response(200, Pet)
    def put(self, new, number):
        """Replace a pet."""
        pets.check_etag(PETS[number], Pet)
        PETS[number] = {"id": number, **new}
        return PETS[number]


api.register_blueprint(pets)


def visit(visitor):
    """Read the documents, list, add, replace with and without knowing the version."""
    visitor.get("/openapi.json")
    visitor.get("/swagger")
    visitor.get("/pets")
    visitor.get("/pets/")
    for name in ("Moritz", "Bolte", "a name too long"):
        visitor.post("/pets/", json={"name": name, "age": 1})
    visitor.post("/pets/", json={"age": "old"})
    visitor.post("/pets/", data="{", content_type="application/json")
    visitor.get("/pets/?page=2")
    visitor.get("/pets/?page=0")
    visitor.get("/pets/?name=Max")
    version = visitor.get("/pets/1").headers["ETag"]
    visitor.get("/pets/1", headers={"If-None-Match": version})
    visitor.put("/pets/1", json={"name": "Tom"})
    visitor.put("/pets/1", json={"name": "Tom"}, headers={"If-Match": version})
    visitor.put("/pets/1", json={"name": "Tim"}, headers={"If-Match": version})
    visitor.get("/pets/9")
    visitor.head("/pets/1")
    visitor.options("/pets/1")
    visitor.delete("/pets/1")
