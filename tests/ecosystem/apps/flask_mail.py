"""Flask-Mail: letters, recorded in place of being sent, and the signal that each one sends."""

from flask import Flask, request
from flask_mail import Mail, Message, email_dispatched

app = Flask(__name__)
app.config.update(MAIL_SUPPRESS_SEND=True, MAIL_DEFAULT_SENDER="lab@lab.example")
mail = Mail(app)
SENT = []
email_dispatched.connect(lambda app, message: SENT.append((app.name, message.subject)), weak=False)


@app.post("/invite")
def invite() -> dict[str, list[str]]:
    """Send two letters over one connection."""
    with mail.record_messages() as outbox, mail.connect() as connection:
        for name in request.form.getlist("name"):
            connection.send(
                Message(f"Dear {name}", [f"{name}@lab.example"], body="Come.", html="<b>Come.</b>")
            )
    return {"sent": [letter.subject for letter in outbox]}


def visit(visitor):
    """Have letters sent, one with a forged header."""
    visitor.post("/invite", data={"name": ["Ada", "Emmy"]})
    visitor.post("/invite", data={"name": "Eve\nBcc: all"})
    visitor.post("/invite")
    visitor.note("signals", sent=SENT)
