"""Flask-Talisman: HTTPS only, and a content security policy with a nonce."""

from flask import Flask, render_template_string, session
from flask_talisman import Talisman

app = Flask(__name__)
app.secret_key = "a secret"
talisman = Talisman(
    app,
    content_security_policy={"default-src": "'self'", "script-src": "'self'"},
    content_security_policy_nonce_in=["script-src"],
    permissions_policy={"geolocation": "()"},
)


@app.get("/")
def home() -> str:
    """Show a page with a script."""
    session["seen"] = True
    return render_template_string("<script nonce='{{ csp_nonce() }}'>1</script>")


@app.get("/frame")
@talisman(frame_options="ALLOW-FROM", frame_options_allow_from="https://shop.example")
def frame() -> str:
    """Show a page that one site may frame."""
    return "frame"


@app.get("/plain")
@talisman(force_https=False, content_security_policy=None)
def plain() -> str:
    """Show a page that needs no HTTPS."""
    return "plain"


def visit(visitor):
    """Come by HTTP, by HTTPS and through a proxy that speaks HTTPS."""
    secure = {"base_url": "https://localhost"}
    for path in ("/", "/frame", "/plain", "/nowhere"):
        visitor.get(path)
        visitor.get(path, **secure)
    visitor.post("/?a=1")
    visitor.head("/", **secure)
    visitor.get("/", headers={"X-Forwarded-Proto": "https"})
    visitor.options("/", **secure)
