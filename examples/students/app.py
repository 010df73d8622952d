"""The application: `schlenk --app examples/students/app.py run`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from schlenk import Flask, render_template

from .auth import auth
from .first_run import prepare
from .models import db
from .registry import registry

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_app(
    config: Mapping[str, Any] | None = None, instance_path: str | os.PathLike[str] | None = None
) -> Flask:
    """Make the registry, with `config` over its own settings.

    Its data is kept in `instance_path`, else in the folder that `STUDENTS_DATA` names, else in
    `instance` beside this file.
    """
    data = instance_path or os.environ.get("STUDENTS_DATA") or Path(__file__).with_name("instance")
    folder = Path(data).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # names and addresses are in it
    app = Flask(__name__, instance_path=str(folder))
    app.config.from_mapping(
        MAX_CONTENT_LENGTH=64 * 1024,
        SESSION_COOKIE_SAMESITE="Lax",
        SQLALCHEMY_DATABASE_URI="sqlite:///students.sqlite3",
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as its session
    )
    app.config.from_mapping(config)
    db.init_app(app)
    CSRFProtect(app)
    app.register_blueprint(auth)
    app.register_blueprint(registry)
    app.register_error_handler(HTTPException, error_page)
    app.after_request(add_headers)
    prepare(app)
    return app


def error_page(error: HTTPException) -> Response:
    """Show an error as a page, with the status and the headers it has."""
    response = error.get_response()
    response.set_data(render_template("error.html", error=error))
    return response


def add_headers(response: Response) -> Response:
    """Let pages load only what this site serves, and nobody frame them."""
    response.headers.update(HEADERS)
    return response
