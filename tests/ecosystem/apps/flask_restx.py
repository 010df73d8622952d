"""Flask-RESTX: a documented API with models, in a blueprint."""

from flask import Blueprint, Flask
from flask_restx import Api, Resource, fields
from werkzeug.exceptions import NotFound

app = Flask(__name__)
blueprint = Blueprint("api", __name__, url_prefix="/api")
api = Api(blueprint, version="1.0", title="Cats", doc="/docs")
cats = api.namespace("cats", description="Cats of the house")
cat = cats.model("Cat", {"id": fields.Integer(readonly=True), "name": fields.String(required=True)})
CATS = [{"id": 1, "name": "Erlenmeyer"}]


class Asleep(Exception):
    """The cat sleeps."""


@api.errorhandler(Asleep)
def answer_asleep(error):
    """Say so."""
    return {"message": "asleep"}, 409, {"Retry-After": "60"}


@cats.route("/")
class Cats(Resource):
    """All cats."""

    @cats.marshal_list_with(cat)
    def get(self):
        """List them."""
        return CATS

    @cats.expect(cat, validate=True)
    @cats.marshal_with(cat, code=201)
    def post(self):
        """Take one in."""
        CATS.append({"id": len(CATS) + 1, "name": api.payload["name"]})
        return CATS[-1], 201


@cats.route("/<int:number>")
@cats.response(404, "No such cat")
class Cat(Resource):
    """One cat."""

    @cats.marshal_with(cat)
    def get(self, number):
        """Show it."""
        if number == 9:
            raise Asleep
        for each in CATS:
            if each["id"] == number:
                return each
        raise NotFound("No such cat")


app.register_blueprint(blueprint)


@app.errorhandler(404)
def not_found(error):
    """Answer what is not the API's."""
    return "Nothing here", 404


def visit(visitor):
    """Read the documents, list, take in, and ask for cats that are not there."""
    visitor.get("/api/swagger.json")
    visitor.get("/api/docs")
    visitor.get("/swaggerui/droid-sans.css")
    visitor.get("/api/cats")
    visitor.get("/api/cats/")
    visitor.post("/api/cats/", json={"name": "Schlenk"})
    visitor.post("/api/cats/", json={"name": 3})
    visitor.post("/api/cats/", json={})
    visitor.get("/api/cats/2")
    visitor.get("/api/cats/3")
    visitor.get("/api/cats/9")
    visitor.head("/api/cats/1")
    visitor.options("/api/cats/1")
    visitor.put("/api/cats/1")
    visitor.get("/api/dogs")
    visitor.get("/elsewhere")
