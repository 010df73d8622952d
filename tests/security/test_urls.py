"""Attacks through the URL, the Host header and the targets of redirects."""

import time

import pytest
from flask import request

from schlenk import Flask, local_url, redirect, url_for


@pytest.fixture
def app():
    """Return an application with views of every kind of URL."""
    app = Flask(__name__)

    @app.get("/pages/")
    def pages():
        return "pages"

    @app.get("/mail")
    def mail():
        return url_for("pages", _external=True)

    @app.get("/price/<float:amount>")
    def price(amount):
        return str(amount)

    @app.get("/files/<path:name>")
    def files(name):
        return name

    @app.get("/next")
    def follow():
        return redirect(local_url(request.args.get("next"), "/home"))

    return app


def get(app, path, host="shop.example", **environ):
    """Return the answer to a raw request, as a server would pass it on."""
    overrides = {"PATH_INFO": path, "HTTP_HOST": host, **environ}
    return app.test_client().get("/", environ_overrides=overrides)


def test_an_external_url_under_a_forged_host_is_refused(app):
    """Case 21: a link for a mail never names a host that only the client said."""
    assert get(app, "/mail", "evil.example").status_code == 400


def test_an_external_url_names_the_configured_host(app):
    """Case 21: with SERVER_NAME the link names it, whatever the client said."""
    app.config["SERVER_NAME"] = "shop.example"
    assert get(app, "/mail", "evil.example").text == "http://shop.example/pages/"


def test_an_untrusted_host_is_refused(app):
    """Case 21: with TRUSTED_HOSTS any other host is answered with 400."""
    app.config["TRUSTED_HOSTS"] = ["shop.example"]
    answers = [get(app, "/mail", host) for host in ("shop.example", "evil.example", "shop.example")]
    assert [answer.status_code for answer in answers] == [200, 400, 200]


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"])
def test_an_external_url_works_on_this_machine(app, host):
    """Somebody who starts needs no configuration."""
    assert get(app, "/mail", host).text == f"http://{host}/pages/"


def test_the_log_says_what_to_set(app, caplog):
    """Whoever runs the application reads which settings to make; the client reads nothing of them."""
    answer = get(app, "/mail", "evil.example").text
    assert ("SERVER_NAME" in answer, caplog.messages) == (
        False,
        [
            "url_for was asked for an external URL in a request to 'evil.example', and a client can send any"
            " Host. Set SERVER_NAME or TRUSTED_HOSTS to say which names this application has."
        ],
    )


@pytest.mark.parametrize("scheme", ["", "https"])
def test_a_scheme_of_ones_own_changes_nothing(app, scheme):
    """Case 21: a protocol-relative URL, or one with another scheme, repeats the Host no more."""

    @app.get("/scheme")
    def scheme_of():
        return url_for("pages", _external=True, _scheme=scheme)

    assert get(app, "/scheme", "evil.example").status_code == 400


def test_a_url_that_a_handler_built_is_its_own(app):
    """A URL that names another site than the request's Host is not the client's word."""
    app.url_build_error_handlers.append(lambda error, endpoint, values: "https://cdn.example/logo.png")

    @app.get("/logo")
    def logo():
        return url_for("logo-of-the-cdn")

    assert get(app, "/logo", "evil.example").text == "https://cdn.example/logo.png"


def test_a_host_in_capitals_is_not_repeated(app):
    """Case 22: however the forged Host is spelled, the redirect names none."""
    assert get(app, "/pages", "EVIL.example").headers["Location"] == "/pages/"


def test_a_redirect_of_ones_own_stays_on_this_site(app):
    """A redirect to this site with two slashes in its path does not become another site's."""
    app.add_url_rule("/old", endpoint="old", redirect_to="http://shop.example//evil.example/x")
    assert get(app, "/old", "shop.example").headers["Location"] == "/evil.example/x"


def test_a_slash_redirect_names_no_host(app):
    """Case 22: the redirect to the canonical path cannot be turned elsewhere by a Host header."""
    response = get(app, "/pages", "evil.example", QUERY_STRING="a=1")
    assert (response.status_code, response.headers["Location"]) == (308, "/pages/?a=1")


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/\r\n/evil.example",
        "https://evil.example",
        "HTTPS:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "",
        "/a\r\nSet-Cookie: x=1",
        "/a\x00b",
    ],
)
def test_a_target_elsewhere_is_not_followed(app, target):
    """Case 23: `next` leads to a path of this site or to the fallback."""
    response = app.test_client().get("/next", query_string={"next": target})
    assert (response.location, local_url(target, "/home")) == ("/home", "/home")


@pytest.mark.parametrize("target", ["/", "/cart", "/cart?step=2&x=%2F%2F", "/a/b#c", "/caf%C3%A9", "/a//b"])
def test_a_target_here_is_followed(target):
    """Case 23: a path of this site is kept as it is."""
    assert local_url(target, "/home") == target


@pytest.mark.parametrize(
    "host", ["a/b", "a?b", "user@evil.example", "a b", "a#b", "é", "a..b", "x" * 64, ":80"]
)
def test_a_malformed_host_is_refused(app, host):
    """Case 24: a Host that is none is answered with 400 before any view."""
    assert get(app, "/pages/", host).status_code == 400


def test_a_request_without_a_host_is_refused(app):
    """Case 24: no Host header: 400, whatever address the server has."""
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/pages/", "wsgi.url_scheme": "http"}
    address = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}
    started = []
    for whole in (environ, environ | address, environ | address):
        list(app(dict(whole), lambda status, headers: started.append(status)))
    assert started == ["400 BAD REQUEST"] * 3


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("//evil.example/pages", {404}),
        ("//pages", {308}),
        ("/%2e%2e/pages/", {404}),
        ("/\x00", {404}),
        ("/\xff", {404}),
        ("/pages;a=b", {404}),
        ("/\\evil.example/", {404}),
        ("/pages//", {308}),
        ("", {404}),
    ],
)
def test_odd_paths_stay_on_this_site(app, path, allowed):
    """Case 25: decoded once; not found, or a redirect within the site."""
    response = get(app, path, "shop.example")
    location = response.headers.get("Location", "/")
    assert (response.status_code in allowed, location[:1], location[1:2] in {"/", "\\"}) == (True, "/", False)


@pytest.mark.parametrize("text", ["nan", "inf", "9" * 400 + ".0", "1e400", "-1.0", "1_0.0", "٣.٣e"])
def test_only_finite_numbers_match(app, text):
    """Case 26: what is no finite number is not found."""
    assert get(app, f"/price/{text}".encode().decode("latin-1")).status_code == 404


def test_numbers_match(app):
    """Case 26: numbers still do."""
    assert get(app, "/price/12.50").text == "12.5"


@pytest.mark.parametrize("path", ["/" + "a" * 100_000, "/a" * 50_000, "/files/" + "x/" * 50_000])
def test_a_path_of_100_kb_among_1000_routes_is_cheap(app, path):
    """Case 27: 404 or 414 with less than a millisecond of routing (best of several)."""
    for number in range(1000):
        app.add_url_rule(f"/<path:a>/x{number}/<path:b>", f"v{number}", view_func=lambda a, b: a)
    assert get(app, "/pages/").status_code == 200
    environ = {
        "HTTP_HOST": "shop.example",
        "REQUEST_METHOD": "GET",
        "wsgi.url_scheme": "http",
        "PATH_INFO": path,
    }
    took, statuses = [], set()
    for _ in range(20):
        start = time.perf_counter()
        list(app(dict(environ), lambda status, headers: statuses.add(status[:3])))
        took.append(time.perf_counter() - start)
    assert (statuses <= {"404", "414"}, min(took) < 0.001) == (True, True)
