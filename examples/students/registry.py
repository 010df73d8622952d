"""The pages of the registry: everyone may look, whoever is signed in may change."""

from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from schlenk import Blueprint, flash, redirect, render_template, request, url_for

from .auth import login_required, next_page
from .forms import StudentForm
from .models import Student, db

PER_PAGE = 10
# Far above any real number and within the integers of SQLite, which overflow with an error.
LARGEST = 2**31 - 1
STUDENT = f"/students/<int(max={LARGEST}):student_id>"

registry = Blueprint("registry", __name__)


@registry.get("/")
def index() -> ResponseReturnValue:
    """List the students by name, those that hold every word searched for, page by page."""
    search = request.args.get("q", "").strip()[:100]
    text = Student.name + " " + Student.city + " " + Student.addr + " " + Student.pin
    students = (
        select(Student)
        .where(*(text.icontains(word, autoescape=True) for word in search.split()))
        .order_by(func.lower(Student.name), Student.id)
    )
    number = min(request.args.get("page", 1, type=int), LARGEST)
    page = db.paginate(students, page=number, per_page=PER_PAGE, error_out=False)
    if page.total and not page.items:  # the last student of the last page was deleted
        return redirect(url_for("registry.index", q=search or None, page=page.pages))
    return render_template("index.html", page=page, search=search)


@registry.route("/students/new", methods=["GET", "POST"])
@login_required
def add() -> ResponseReturnValue:
    """Add a student."""
    return fill_in(Student(), "added")


@registry.route(f"{STUDENT}/edit", methods=["GET", "POST"])
@login_required
def edit(student_id: int) -> ResponseReturnValue:
    """Change a student."""
    return fill_in(db.get_or_404(Student, student_id), "saved")


def fill_in(student: Student, done: str) -> ResponseReturnValue:
    """Show the form of `student`, with what was typed and what is wrong, until it can be stored."""
    form = StudentForm(obj=student)
    if form.validate_on_submit():
        form.populate_obj(student)
        db.session.add(student)
        db.session.commit()
        flash(f"{student.name} was {done}.")
        return redirect(next_page())
    page = render_template("student.html", form=form, student=student, back=next_page())
    return page, 422 if form.errors else 200


@registry.route(f"{STUDENT}/delete", methods=["GET", "POST"])
@login_required
def delete(student_id: int) -> ResponseReturnValue:
    """Ask once, then delete a student."""
    student = db.get_or_404(Student, student_id)
    if request.method == "POST":
        db.session.delete(student)
        db.session.commit()
        flash(f"{student.name} was deleted.")
        return redirect(next_page())
    return render_template("delete.html", student=student, back=next_page())
