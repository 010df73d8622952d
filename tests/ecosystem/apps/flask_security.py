"""Flask-Security: registration, login, roles and tokens, all of it from the extension."""

import re

from flask import Flask
from flask_security import (
    Security,
    SQLAlchemyUserDatastore,
    auth_required,
    current_user,
    hash_password,
    roles_required,
)
from flask_security.models import fsqla_v3 as columns
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(
    SECRET_KEY="a secret",
    SECURITY_PASSWORD_SALT="salt",
    SECURITY_PASSWORD_HASH="pbkdf2_sha512",
    SECURITY_PASSWORD_SINGLE_HASH=True,
    SECURITY_PASSLIB_OPTIONS={"pbkdf2_sha512__rounds": 1000},
    SECURITY_REGISTERABLE=True,
    SECURITY_SEND_REGISTER_EMAIL=False,
    SQLALCHEMY_DATABASE_URI="sqlite://",
)
db = SQLAlchemy(app)
columns.FsModels.set_db_info(db)


class Role(db.Model, columns.FsRoleMixin):
    """What a user may be."""


class User(db.Model, columns.FsUserMixin):
    """Somebody with an account."""


users = SQLAlchemyUserDatastore(db, User, Role)
security = Security(app, users)


@app.get("/")
@auth_required("session", "token")
def home():
    """Greet a user."""
    return f"Hello {current_user.email}"


@app.get("/admin")
@roles_required("admin")
def admin():
    """Be for administrators."""
    return "admin"


with app.app_context():
    db.create_all()
    users.create_user(email="ada@lab.org", password=hash_password("difference"))
    db.session.commit()


def visit(visitor):
    """Be sent to the login page, log in by form and by JSON, register, log out."""
    visitor.get("/")
    visitor.get("/", headers={"Accept": "application/json"})
    page = visitor.get("/login?next=/").get_data(as_text=True)
    token = re.search('name="csrf_token".*?value="(.*?)"', page)[1]
    told = {"csrf_token": token, "email": "ada@lab.org"}
    visitor.post("/login?next=/", data={**told, "password": "wrong"})
    visitor.post("/login?next=/", data={**told, "password": "difference"})
    visitor.get("/")
    visitor.get("/admin")
    visitor.get("/login")
    visitor.post("/logout")
    visitor.get("/")
    visitor.get("/register")
    visitor.post("/login?include_auth_token", json={"email": "ada@lab.org", "password": "difference"})
    visitor.get("/", headers={"Authentication-Token": "forged"})
    visitor.head("/")
