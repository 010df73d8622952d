"""Flask-Admin: pages to look after a table, for administrators only."""

from flask import Flask, redirect, session
from flask_admin import Admin, AdminIndexView, BaseView, expose
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(SECRET_KEY="a secret", SQLALCHEMY_DATABASE_URI="sqlite://")
Babel(app)  # Flask-Admin translates by it wherever it is installed
db = SQLAlchemy(app)


class Reagent(db.Model):
    """A bottle on the shelf."""

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
    dry = db.Column(db.Boolean, default=False)


class ReagentView(ModelView):
    """The table, for administrators."""

    column_searchable_list = ("name",)

    def is_accessible(self):
        """Tell whether the visitor may see this."""
        return "admin" in session

    def inaccessible_callback(self, name, **values):
        """Send everybody else to the entrance."""
        return redirect("/enter")


class Inventory(BaseView):
    """A page of its own."""

    @expose("/")
    def index(self):
        """Count bottles."""
        return f"{Reagent.query.count()} bottles"


admin = Admin(app, name="Store", index_view=AdminIndexView(url="/store"))
admin.add_view(ReagentView(Reagent, db, endpoint="reagents"))
admin.add_view(Inventory(name="Inventory"))


@app.route("/enter", methods=["GET", "POST"])
def enter() -> str:
    """Make the visitor an administrator."""
    session["admin"] = True
    return "entered"


with app.app_context():
    db.create_all()


def visit(visitor):
    """Be refused, enter, add, change, search and delete."""
    visitor.get("/store/")
    visitor.get("/store")
    visitor.get("/store/reagents/")
    visitor.post("/enter")
    for name in ("THF", "toluene", "<ether>"):
        visitor.post("/store/reagents/new/", data={"name": name, "dry": "y"})
    visitor.get("/store/reagents/")
    visitor.post("/store/reagents/new/", data={})
    visitor.get("/store/reagents/?search=tol")
    visitor.get("/store/reagents/edit/?id=1")
    visitor.post("/store/reagents/edit/?id=1", data={"name": "dioxane"})
    visitor.post("/store/reagents/delete/", data={"id": "2"})
    visitor.post("/store/reagents/action/", data={"action": "delete", "rowid": ["1"]})
    visitor.get("/store/reagents/details/?id=1")
    visitor.get("/store/inventory/")
    visitor.head("/store/reagents/")
    visitor.get("/store/static/admin/css/bootstrap4/admin.css")
