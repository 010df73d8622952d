"""Flasgger: OpenAPI documents written in the views' docstrings."""

from flasgger import Swagger
from flask import Flask, jsonify
from flask.views import MethodView

app = Flask(__name__)
swagger = Swagger(app, parse=True)


@app.get("/colors/<palette>")
def colors(palette):
    """List colours.

    ---
    parameters:
      - {name: palette, in: path, type: string, enum: [all, rgb], required: true}
    responses:
      200: {description: names of colours}
    """
    return jsonify({palette: ["red", "green", "blue"]})


class Mixer(MethodView):
    """Mixes colours."""

    def post(self):
        """Mix colours.

        ---
        parameters:
          - in: body
            name: body
            schema: {type: object, required: [a], properties: {a: {type: string}}}
        responses:
          200: {description: a colour}
        """
        return {"mixed": True}


app.add_url_rule("/mix", view_func=Mixer.as_view("mix"))


def visit(visitor):
    """Read the documents, then ask."""
    visitor.get("/apispec_1.json")
    visitor.get("/apidocs/")
    visitor.get("/apidocs")
    visitor.get("/flasgger_static/swagger-ui.css")
    visitor.get("/colors/rgb")
    visitor.post("/mix", json={"a": "red"})
    visitor.post("/mix", json={"a": 3})
    visitor.post("/mix", json={})
    visitor.get("/mix")
    visitor.options("/mix")
