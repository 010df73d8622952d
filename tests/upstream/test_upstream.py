"""Flask's and Werkzeug's own tests, run with Schlenk in Flask's place."""

import pytest
from tests.upstream import suite as upstream
from tests.upstream.suite import SUITES, Report, Suite, Unreachable, excepted, fetch, run


@pytest.fixture(scope="module", params=SUITES)
def suite(request: pytest.FixtureRequest) -> Suite:
    """Each suite in turn."""
    return SUITES[request.param]


@pytest.fixture(scope="module")
def report(suite: Suite) -> Report:
    """The one run of the suite that the tests below look at."""
    try:
        folder = fetch(suite.project)
        if suite.beside:
            upstream.install_beside(suite.beside)
    except Unreachable as reason:
        pytest.skip(str(reason))
    return run(suite, folder)


def test_the_suite_ran_on_schlenk_and_on_the_installed_packages(suite: Suite, report: Report) -> None:
    """What passes below passed with our class in its place, and there was plenty of it."""
    assert report.replacement == suite.by
    assert not report.imported_from.startswith(str(upstream.CACHE))
    assert report.count("passed") >= suite.least, report.output


def test_every_test_passes_that_is_not_excepted_by_name(suite: Suite, report: Report) -> None:
    """Code written for Flask cannot tell Schlenk from it."""
    allowed = excepted(suite.project)
    broken = {test: text for test, text in report.failures.items() if test not in allowed}

    if broken:
        told = "\n\n".join(f"{test}\n{text}" for test, text in broken.items())
        pytest.fail(f"{len(broken)} of {suite.project} on Schlenk:\n\n{told}", pytrace=False)


def test_every_exception_names_a_test_of_the_suite_and_a_reason(suite: Suite, report: Report) -> None:
    """The table of exceptions cannot rot: a name that is gone, or has no reason, is an error."""
    for test, reason in excepted(suite.project).items():
        assert test in report.outcomes, f"docs/compatibility.md: {suite.project} has no {test}"
        assert reason, f"docs/compatibility.md gives no reason for {suite.project}: {test}"


def test_exceptions_are_read_from_their_own_section_only() -> None:
    """Tables of other sections, heads and rulers except nothing."""
    text = """
## Differences
| a | b | c |

## Upstream tests excepted
Words.

| Suite | Test | Reason |
| --- | --- | --- |
| Flask | `tests/test_x.py::test_y[a\\|b]` | Because. |

## After
| Flask | tests/test_x.py::test_z | Not here. |
"""
    assert upstream.exceptions(text) == {"flask": {"tests/test_x.py::test_y[a|b]": "Because."}}


def test_no_section_means_no_exceptions() -> None:
    """A missing table excepts nothing."""
    assert upstream.exceptions("# Compatibility\n| a | b | c |\n") == {}


def test_a_registry_out_of_reach_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: upstream.Path
) -> None:
    """Without a registry the suites are skipped with pip's own reason; they do not fail."""
    monkeypatch.setattr(upstream, "CACHE", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", upstream.os.devnull)

    with pytest.raises(Unreachable, match="could not fetch the sources of flask: ERROR: No mat"):
        fetch("flask")
