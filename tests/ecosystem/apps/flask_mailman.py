"""Flask-Mailman: letters, kept in an outbox."""

from flask import Flask, current_app, request
from flask_mailman import EmailMessage, Mail

app = Flask(__name__)
app.config.update(MAIL_BACKEND="locmem", MAIL_DEFAULT_SENDER="lab@lab.example")
mail = Mail(app)


@app.post("/invite")
def invite() -> tuple[dict[str, int], int]:
    """Send a letter."""
    sent = EmailMessage("Come", f"Dear {request.form['name']}", to=[request.form["email"]]).send()
    return {"sent": sent, "outbox": len(current_app.extensions["mailman"].outbox)}, 202


def visit(visitor):
    """Have letters sent, one to nobody."""
    visitor.post("/invite", data={"name": "Ada", "email": "ada@lab.example"})
    visitor.post("/invite", data={"name": "Emmy", "email": "emmy@lab.example"})
    visitor.post("/invite", data={"name": "Eve", "email": "a@b\nBcc: all@lab.example"})
    visitor.post("/invite", data={})
    for letter in app.extensions["mailman"].outbox:
        visitor.note(
            "letter", to=letter.to, sender=letter.from_email, subject=letter.subject, body=letter.body
        )
