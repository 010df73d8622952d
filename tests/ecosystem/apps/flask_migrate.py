"""Flask-Migrate: a database brought up to date from the command line."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__, instance_path=str(Path.cwd()))
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///books.sqlite"
db = SQLAlchemy(app)
migrate = Migrate(app, db)


class Book(db.Model):
    """A book."""

    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80), nullable=False)


@app.get("/books")
def books() -> list[str]:
    """List titles."""
    return [book.title for book in Book.query]


def visit(visitor):
    """Run `flask db init`, `migrate`, `upgrade`, then look at the empty table."""
    run = app.test_cli_runner().invoke
    visitor.get("/books")
    for command in ("init", "migrate -m books", "upgrade", "current", "check", "heads"):
        result = run(args=["db", *command.split(" ")])
        visitor.note(f"flask db {command}", exit=result.exit_code, error=repr(result.exception))
    visitor.get("/books")
