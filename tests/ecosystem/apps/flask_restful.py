"""Flask-RESTful: the to-do list of its tutorial."""

from flask import Flask, make_response
from flask_restful import Api, Resource, abort, fields, marshal_with, reqparse

app = Flask(__name__)
api = Api(app, catch_all_404s=True)
TODOS = {"1": {"task": "build an API"}, "2": {"task": "profit"}}

parser = reqparse.RequestParser()
parser.add_argument("task", required=True, help="what is to be done")


@api.representation("text/csv")
def as_csv(data, code, headers=None):
    """Write a list as CSV."""
    return make_response(str(data), code, {**(headers or {}), "Content-Type": "text/csv"})


class Todo(Resource):
    """One thing to do."""

    @marshal_with({"task": fields.String, "uri": fields.Url("todo")})
    def get(self, todo_id):
        """Show it."""
        if todo_id not in TODOS:
            abort(404, message=f"Todo {todo_id} does not exist")
        return TODOS[todo_id] | {"todo_id": todo_id}

    def put(self, todo_id):
        """Replace it."""
        TODOS[todo_id] = parser.parse_args(strict=True)
        return TODOS[todo_id], 201, {"X-Stored": todo_id}

    def delete(self, todo_id):
        """Strike it off."""
        del TODOS[todo_id]
        return "", 204


class Todos(Resource):
    """Everything there is to do."""

    def get(self):
        """List it."""
        return TODOS


api.add_resource(Todos, "/todos")
api.add_resource(Todo, "/todos/<todo_id>", endpoint="todo")


@app.get("/page")
def page() -> str:
    """Show a page that is no resource."""
    return "page"


def visit(visitor):
    """List, show, replace, strike off, and ask for what is not there."""
    visitor.get("/todos")
    visitor.get("/todos", headers={"Accept": "text/csv"})
    visitor.get("/todos", headers={"Accept": "image/png"})
    visitor.get("/todos/1")
    visitor.head("/todos/1")
    visitor.options("/todos/1")
    visitor.get("/todos/3")
    visitor.put("/todos/3", json={"task": "ship it"})
    visitor.put("/todos/3", json={})
    visitor.put("/todos/3", json={"task": "a", "other": 1})
    visitor.put("/todos/3", data="{", content_type="application/json")
    visitor.post("/todos/3")
    visitor.delete("/todos/3")
    visitor.delete("/todos/3")
    visitor.get("/page")
    visitor.post("/page")
    visitor.get("/pag")
