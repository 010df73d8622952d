"""Flask-WTF: a form, and CSRF protection for everything else."""

import re

from flask import Flask, flash, redirect, render_template_string, url_for
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import EmailField, StringField
from wtforms.validators import DataRequired, Email

app = Flask(__name__)
app.secret_key = "a secret"
csrf = CSRFProtect(app)


class Contact(FlaskForm):
    """How to reach somebody."""

    name = StringField("Name", [DataRequired()])
    email = EmailField("E-mail", [Email()])


PAGE = """<form method=post>{{ form.hidden_tag() }}{{ form.name.label }}{{ form.name }}{{ form.email }}
{{ form.errors }} {{ get_flashed_messages() }} <meta name=csrf content="{{ csrf_token() }}"></form>"""


@app.route("/", methods=["GET", "POST"])
def contact() -> object:
    """Show the form, or take it."""
    form = Contact()
    if form.validate_on_submit():
        flash(f"Thanks, {form.name.data}")
        return redirect(url_for("contact"))
    return render_template_string(PAGE, form=form)


@app.delete("/account")
def delete() -> tuple[str, int]:
    """Do what must not be forged."""
    return "", 204


@app.post("/hook")
@csrf.exempt
def hook() -> str:
    """Take what machines send."""
    return "taken"


@app.errorhandler(CSRFError)
def refuse(error):
    """Explain what was missing."""
    return f"Refused: {error.description}", 400


def visit(visitor):
    """Fill in the form well and badly, with the token, without it, and too late."""
    page = visitor.get("/").get_data(as_text=True)
    token = re.search('content="(.*?)"', page)[1]
    visitor.post("/", data={"name": "Ada", "email": "ada@lab.org"})
    visitor.post("/", data={"csrf_token": token, "name": "", "email": "<no>"})
    visitor.post("/", data={"csrf_token": token, "name": "Ada", "email": "ada@lab.org"})
    visitor.get("/")
    visitor.delete("/account")
    visitor.delete("/account", headers={"X-CSRFToken": token})
    visitor.delete("/account", headers={"X-CSRFToken": token + "x"})
    visitor.post("/hook")
    visitor.post("/nowhere")
    visitor.wait(3601)
    visitor.delete("/account", headers={"X-CSRFToken": token})
    visitor.client.delete_cookie("session")
    visitor.delete("/account", headers={"X-CSRFToken": token})
