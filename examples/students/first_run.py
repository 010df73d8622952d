"""The first run: a secret key, the tables, one account and some students.

All of it happens under one write lock of the database, so that several processes may start at once,
and in one transaction, so that a first run cut short is simply made again.
"""

import csv
import os
import secrets
from pathlib import Path

from sqlalchemy import insert, select
from werkzeug.security import generate_password_hash

from schlenk import Flask

from .models import Account, Base, Student, db

STUDENTS = Path(__file__).with_name("students.csv")


def prepare(app: Flask) -> None:
    """Make what `app` needs and has not yet, and print the first account's password."""
    password = None
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        app.secret_key = app.secret_key or secret_key(Path(app.instance_path, "secret_key"))
        Base.metadata.create_all(connection)
        if connection.scalar(select(Account.username).limit(1)) is None:
            password = secrets.token_urlsafe(12)
            account = {"username": "admin", "password_hash": generate_password_hash(password)}
            connection.execute(insert(Account), account)
            with STUDENTS.open(encoding="utf-8", newline="") as rows:
                connection.execute(insert(Student), list(csv.DictReader(rows)))
    if password:
        print(
            f"The first account, shown only now:\n  Username: admin\n  Password: {password}",
            flush=True,
        )


def secret_key(file: Path) -> str:
    """Return the key kept in `file`, made when there is none and readable by its owner only."""
    if not file.exists():
        draft = file.with_suffix(".new")  # moved into place whole: never a key cut short
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
        draft.replace(file)
    return file.read_text()
