"""httpbin, a real Flask application, adopted and called by the client, in a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from tests.upstream.suite import HTTPBIN, Unreachable, install_beside

PROGRAM = """
import json, warnings
warnings.simplefilter("ignore")
from schlenk import adopt
adopt.install()
from httpbin import app
from requests.auth import HTTPDigestAuth
from schlenk import http

with http.Session(app=app) as client:
    seen = {
        "get": client.get("/get", params={"a": 1}).json()["args"],
        "post": client.post("/post", data={"a": 1}).json()["form"],
        "put": client.put("/put", json={"a": 1}).json()["json"],
        "patch": client.patch("/patch", data="text").json()["data"],
        "delete": client.delete("/delete").status_code,
        "head": (client.head("/get").status_code, client.head("/get").text),
        "gzip": client.get("/gzip").json()["gzipped"],
        "redirect": len(client.get("/redirect/3").history),
        "cookies": client.get("/cookies/set?a=1").json(),
        "auth": client.get("/digest-auth/auth/ada/x", auth=HTTPDigestAuth("ada", "x")).status_code,
    }
print(json.dumps([type(app).__mro__[0].__module__, seen]))
"""


def test_an_adopted_application_answers_every_method():
    """What the tutorial calls on httpbin.org works on httpbin itself."""
    try:
        environment = os.environ | {"PYTHONPATH": str(install_beside(HTTPBIN))}
    except Unreachable as reason:
        pytest.skip(str(reason))
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr

    assert json.loads(done.stdout.splitlines()[-1]) == [
        "schlenk.cycle",
        {
            "get": {"a": "1"},
            "post": {"a": "1"},
            "put": {"a": 1},
            "patch": "text",
            "delete": 200,
            "head": [200, ""],
            "gzip": True,
            "redirect": 3,
            "cookies": {"cookies": {"a": "1"}},
            "auth": 200,
        },
    ]
