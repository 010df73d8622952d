"""Flask-SQLAlchemy: students in a database."""

from pathlib import Path

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = Flask(__name__, instance_path=str(Path.cwd()))
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///students.sqlite"
app.config["SQLALCHEMY_RECORD_QUERIES"] = True


class Base(DeclarativeBase):
    """What all models share."""


db = SQLAlchemy(app, model_class=Base)


class Student(db.Model):
    """Somebody who studies."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


@app.get("/students")
def students() -> dict[str, object]:
    """List students by page."""
    page = db.paginate(db.select(Student).order_by(Student.name), per_page=2)
    return {"names": [student.name for student in page], "pages": page.pages, "next": page.next_num}


@app.get("/students/<int:number>")
def student(number: int) -> dict[str, object]:
    """Show one student."""
    found = db.get_or_404(Student, number, description="no such student")
    return {"id": found.id, "name": found.name}


@app.post("/students")
def add() -> tuple[dict[str, int], int]:
    """Add a student."""
    new = Student(name=request.form["name"])
    db.session.add(new)
    db.session.commit()
    return {"id": new.id}, 201


@app.post("/forgotten")
def forgotten() -> str:
    """Add a student and forget to commit."""
    db.session.add(Student(name="Nobody"))
    db.session.flush()
    return str(Student.query.count())


with app.app_context():
    db.create_all()


def visit(visitor):
    """Add, list, page, add twice, and see that nothing uncommitted stays."""
    visitor.get("/students")
    for name in ("Ada", "Emmy", "Lise"):
        visitor.post("/students", data={"name": name})
    visitor.get("/students")
    visitor.get("/students?page=2")
    visitor.get("/students?page=9")
    visitor.get("/students/2")
    visitor.head("/students/2")
    visitor.get("/students/7")
    visitor.post("/students", data={"name": "Ada"})
    visitor.get("/students")
    visitor.post("/forgotten")
    visitor.post("/forgotten")
    visitor.post("/students")
