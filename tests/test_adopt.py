"""Adoption, each time in a process of its own: it concerns a whole process."""

import subprocess
import sys
from textwrap import dedent

import pytest

PREAMBLE = """
import sys, types
import flask, flask.app
from schlenk import adopt, cycle
import schlenk

def module(name, code):
    made = types.ModuleType(name)
    exec(code, vars(made))
    sys.modules[name] = made
    return made

upstream = [flask.Flask]  # in a list, where adoption does not look
"""


def python(code):
    """Run code after the lines above in a fresh interpreter, and return what it printed, as words."""
    command = [sys.executable, "-W", "error", "-c", PREAMBLE + dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_installing_twice_is_installing_once_and_uninstalling_undoes_it():
    """`flask.Flask` is Schlenk's cycle while it is installed, under both of Flask's names."""
    seen = python("""
        def state():
            print(adopt.is_installed(), flask.Flask.__module__, flask.app.Flask.__module__)
        state()
        adopt.install(); adopt.install(); state()
        adopt.uninstall(); state()
        adopt.uninstall(); state()
        print(flask.Flask is upstream[0], flask.app.Flask is upstream[0])
        print(issubclass(cycle.Flask, upstream[0]))
    """)

    plain, adopted = ["False", "flask.app", "flask.app"], ["True", "schlenk.cycle", "schlenk.cycle"]
    assert seen == [*plain, *adopted, *plain, *plain, "True", "True", "True"]


def test_modules_that_imported_the_name_before_get_it_too():
    """Whatever name they gave it, the main module included; other values are left alone."""
    seen = python("""
        from flask import Flask as Main
        before = module("before", "from flask import Flask, Flask as App; Flask2 = [Flask]; name = 'Flask'")
        adopt.install()
        print(Main is cycle.Flask, before.Flask is cycle.Flask, before.App is cycle.Flask)
        print(before.Flask2[0] is upstream[0], before.name)
        adopt.uninstall()
        print(Main is upstream[0], before.Flask is upstream[0], before.App is upstream[0])
    """)

    assert seen == ["True"] * 4 + ["Flask"] + ["True"] * 3


def test_code_that_runs_afterwards_is_on_the_new_cycle():
    """Applications and subclasses made after adoption take the direct lane and answer."""
    seen = python("""
        adopt.install()
        code = '''
        from flask import Flask
        class Shop(Flask):
            pass
        app, plain = Shop("shop"), Flask("plain")
        for each in (app, plain):
            each.get("/")(lambda: "answered")
        '''
        import textwrap
        shop = module("shop", textwrap.dedent(code))
        for app in (shop.app, shop.plain):
            print(isinstance(app, cycle.Flask), app.upstream_reason(), app.test_client().get("/").text)
    """)

    assert seen == ["True", "None", "answered"] * 2


def test_what_was_made_before_goes_on_running_on_flask():
    """A class derived from Flask's and an application made by it are as they were."""
    seen = python("""
        class Before(upstream[0]): pass
        apps = [Before("before"), upstream[0]("plain")]
        for app in apps:
            app.get("/")(lambda: "answered")
        adopt.install()
        for app in [*apps, Before("after")]:
            print(isinstance(app, cycle.Flask), isinstance(app, upstream[0]))
        print([app.test_client().get("/").text for app in apps])
    """)

    assert seen == ["False", "True"] * 3 + ["['answered',", "'answered']"]


def test_adopted_code_gets_flasks_behaviour_and_not_the_safe_defaults():
    """`flask.Flask` becomes the cycle, `schlenk.Flask` stays itself and is one of both."""
    seen = python("""
        adopt.install()
        app = schlenk.Flask("app")
        print(flask.Flask is schlenk.Flask, isinstance(app, flask.Flask), isinstance(app, upstream[0]))
        print(issubclass(schlenk.Flask, flask.Flask), schlenk.Flask.__module__)
        adopt.uninstall()
        print(isinstance(app, flask.Flask), schlenk.Flask.__module__)
    """)

    assert seen == ["False", "True", "True", "True", "schlenk.app", "True", "schlenk.app"]


def test_a_module_that_imported_the_cycle_by_its_own_name_keeps_it():
    """Uninstalling undoes what installing did, and nothing else."""
    seen = python("""
        mine = module("mine", "from schlenk.cycle import Flask")
        adopt.install()
        adopt.uninstall()
        print(mine.Flask is cycle.Flask, flask.Flask is upstream[0])
    """)

    assert seen == ["True", "True"]


def test_odd_entries_among_the_modules_are_passed_by():
    """None, objects that are no modules, and modules that compute their names lazily."""
    seen = python("""
        class Lazy(types.ModuleType):
            def __getattr__(self, name):
                raise RuntimeError("was asked for " + name)
        sys.modules.update(none=None, lazy=Lazy("lazy"), number=7)
        sys.modules["holder"] = types.SimpleNamespace(Flask=upstream[0])
        adopt.install()
        print(adopt.is_installed(), sys.modules["holder"].Flask is upstream[0])
    """)

    assert seen == ["True", "True"]


def test_importing_the_plugin_installs():
    """`import schlenk.adopt.auto` is all that a start file needs."""
    assert python("import schlenk.adopt.auto; print(adopt.is_installed())") == ["True"]


@pytest.mark.parametrize(
    ("options", "module"), [(["-p", "schlenk.adopt.auto"], "schlenk.cycle"), ([], "flask.app")]
)
def test_pytest_runs_a_projects_tests_on_schlenk(options, module, tmp_path):
    """`pytest -p schlenk.adopt.auto` adopts before the project's modules and conftest are imported."""
    (tmp_path / "conftest.py").write_text("from flask import Flask\n")
    (tmp_path / "shop.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (tmp_path / "test_shop.py").write_text(
        "import conftest, shop\n\n"
        "def test_module():\n"
        f"    assert [shop.Flask.__module__, conftest.Flask.__module__] == ['{module}'] * 2\n"
        f"    assert type(shop.app).__module__ == '{module}'\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout
