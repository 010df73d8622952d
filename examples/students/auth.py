"""Signing in and out: the name of the account is kept in the session.

An address to go on to is followed only when it stays on this site.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click
from flask.typing import ResponseReturnValue
from werkzeug.security import check_password_hash, generate_password_hash

from schlenk import (
    Blueprint,
    flash,
    local_url,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from .forms import LoginForm
from .models import Account, db

P = ParamSpec("P")
DECOY = generate_password_hash(secrets.token_hex())

auth = Blueprint("auth", __name__, cli_group=None)


def login_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Send whoever is not signed in to sign in first, and then back to the page they wanted."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if "username" in session:
            return view(*args, **kwargs)
        flash("Sign in to change the registry.", "notice")
        return redirect(url_for("auth.login", next=here()))

    return guarded


@auth.app_template_global()
def here() -> str:
    """Return the path and the query of this page, for a link that leads back to it."""
    return request.script_root + request.full_path.rstrip("?")


def next_page() -> str:
    """Return where to go on to: the checked `next` of the address, else the list."""
    return local_url(request.args.get("next"), url_for("registry.index"))


@auth.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Ask for a name and a password and remember the name."""
    form = LoginForm()
    if form.validate_on_submit():
        account = db.session.get(Account, form.username.data)
        # An unknown name takes as long as a wrong password, so that time tells no names.
        known = account.password_hash if account else DECOY
        if check_password_hash(known, form.password.data) and account:
            session.clear()
            session["username"] = account.username
            flash(f"You are signed in as {account.username}.")
            return redirect(next_page())
        form.form_errors.append("The username or the password is wrong.")
    return render_template("login.html", form=form), 422 if form.errors else 200


@auth.post("/logout")
def logout() -> ResponseReturnValue:
    """Forget the name."""
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("registry.index"))


@auth.cli.command("reset-password")
@click.argument("username", default="admin")
def reset_password(username: str) -> None:
    """Give an account a new random password and print it."""
    password = secrets.token_urlsafe(12)
    db.session.merge(Account(username=username, password_hash=generate_password_hash(password)))
    db.session.commit()
    click.echo(f"Username: {username}\nPassword: {password}")
