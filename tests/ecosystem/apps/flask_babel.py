"""Flask-Babel: dates and numbers in the visitor's language."""

from datetime import UTC, date, datetime

from flask import Flask, g, render_template_string, request
from flask_babel import Babel, format_date, format_datetime, get_locale, gettext, ngettext

app = Flask(__name__)


def choose_locale() -> str | None:
    """Return the language asked for in the path, else the best that the browser accepts."""
    if "language" in g:
        return g.language
    return request.accept_languages.best_match(["en", "de", "fr", "ja"])


babel = Babel(app, locale_selector=choose_locale, timezone_selector=lambda: "Europe/Vienna")


@app.url_value_preprocessor
def take_language(endpoint, values) -> None:
    """Take the language out of the path."""
    if values and "language" in values:
        g.language = values.pop("language")


@app.url_defaults
def keep_language(endpoint, values) -> None:
    """Put the language back into the paths of links."""
    if "language" in g and app.url_map.is_endpoint_expecting(endpoint, "language"):
        values.setdefault("language", g.language)


@app.get("/")
def home() -> str:
    """Show a page with dates and numbers."""
    return render_template_string(
        "{{ d|dateformat('full') }} {{ 1234567.5|numberformat }} {{ 9.5|currencyformat('EUR') }}"
        " {{ _('Hello %(name)s', name='Ada') }} {{ ngettext('%(num)d book', '%(num)d books', 2) }}",
        d=date(2026, 1, 5),
    )


@app.get("/<language>/now")
def now(language: str = "") -> dict[str, str]:
    """Tell the time."""
    moment = datetime(2026, 1, 5, 12, tzinfo=UTC)
    return {
        "locale": str(get_locale()),
        "date": format_date(moment),
        "moment": format_datetime(moment),
        "hello": gettext("Hello"),
        "books": ngettext("%(num)d book", "%(num)d books", 3),
        "here": app.url_for("now"),
    }


def visit(visitor):
    """Come with several languages, in the header and in the path."""
    for languages in ("de-AT,de;q=0.9", "fr", "ja,en;q=0.5", "tlh", None):
        visitor.get("/", headers={"Accept-Language": languages} if languages else {})
    visitor.get("/de/now")
    visitor.get("/fr/now", headers={"Accept-Language": "de"})
    visitor.get("/xx/now")
    visitor.head("/de/now")
    visitor.get("/de/then")
