"""Other projects' own test suites, run on Schlenk.

Pip fetches the source distribution of the very version that is installed; its tests run in a
process of their own, from the unpacked folder, against the *installed* packages. Nothing of it is
ever committed. `python -m tests.upstream.suite flask` runs a suite by hand, with `--plain` without
Schlenk: that tells what fails on this machine anyhow.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "upstream"
COMPATIBILITY = ROOT / "docs" / "compatibility.md"
HEADING = "## Upstream tests excepted"
SECONDS_TO_FETCH = 180
SECONDS_FOR_A_SUITE = 300
SECONDS_FOR_A_TEST = 60


@dataclass(frozen=True)
class Suite:
    """A project, the files and tests of it that say nothing about us, and the least it must pass.

    `plugin` adopts in the suite's process, after which the name `replaced` means the class `by`.
    """

    project: str
    left_out: tuple[str, ...]
    least: int
    plugin: str = "schlenk.adopt.auto"
    replaced: str = "flask.Flask"
    by: str = "schlenk.cycle.Flask"
    deselected: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


HTTPBIN = (
    "pytest-httpbin==2.1.0",
    "httpbin==0.10.4",
    "brotlicffi",
    "cffi",
    "pycparser",
    "decorator",
    "six",
    "pytest-mock>=3.14",
    "pysocks>=1.7",
)
"""All that requests' suite needs, but the greenlet that httpbin asks for and does not import."""

SUITES = {
    "flask": Suite("flask", (), 480),
    # The development server's tests start processes of their own, which are not adopted.
    "werkzeug": Suite("werkzeug", ("tests/test_serving.py",), 900),
}


class Unreachable(Exception):
    """The source distribution could not be fetched."""


@dataclass(frozen=True)
class Report:
    """What ran in the suite's process: outcome by test, and the text of each failure."""

    replacement: str
    imported_from: str
    outcomes: dict[str, str]
    failures: dict[str, str]
    output: str

    def count(self, outcome: str) -> int:
        """Return how many tests were `passed`, `failed` or `skipped`."""
        return list(self.outcomes.values()).count(outcome)


def fetch(project: str) -> Path:
    """Return the folder of the installed version's unpacked source distribution.

    Raises:
        Unreachable: pip could not fetch it; the message holds pip's last word.
    """
    name = f"{project}-{version(project)}"
    folder = CACHE / name
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as place:
            archive = download(project, Path(place))
            with tarfile.open(archive) as tar:
                # The argument `filter` came with Python 3.11.4; older ones ignore the attribute.
                tar.extraction_filter = getattr(tarfile, "data_filter", None)
                tar.extractall(place)
            (Path(place) / name).rename(folder)
    return folder


def download(project: str, place: Path) -> Path:
    """Let pip put the source distribution into `place`, and return its path."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input"]
    # Only the project itself has to be built from source; its build backend may come as a wheel.
    wanted = ["--no-deps", "--no-binary", project, "--dest", str(place)]
    command = [*pip, *wanted, f"{project}=={version(project)}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_TO_FETCH)
    except subprocess.TimeoutExpired:
        raise Unreachable(f"pip did not fetch {project} within {SECONDS_TO_FETCH} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise Unreachable(f"pip could not fetch the sources of {project}: {said[-1]}")
    return next(place.glob("*.tar.gz"))


def install_beside(packages: tuple[str, ...]) -> Path:
    """Return a folder with these packages, which a process of their own puts before its others.

    Raises:
        Unreachable: pip could not install them; the message holds pip's last word.
    """
    folder = CACHE / f"beside-{packages[0].replace('==', '-')}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as place:
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]
            command += ["--target", f"{place}/packages", *packages]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                said = done.stderr.strip().splitlines() or ["nothing"]
                raise Unreachable(f"pip could not install {packages[0]}: {said[-1]}")
            (Path(place) / "packages").rename(folder)
    return folder


def run(suite: Suite, folder: Path, *, adopted: bool = True) -> Report:
    """Run the suite's tests in `folder` in a process of their own.

    Raises:
        RuntimeError: pytest did not come to its end; the message holds what it printed.
    """
    plugins = ["upstream_report", *([suite.plugin] if adopted else [])]
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:flask"]
    command += [f"--timeout={SECONDS_FOR_A_TEST}", *(f"-p{plugin}" for plugin in plugins)]
    command += [f"--ignore={path}" for path in suite.left_out]
    command += [f"--deselect={test}" for test in suite.deselected]
    with tempfile.TemporaryDirectory() as place:
        written = Path(place) / "report.json"
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment(written, suite),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=SECONDS_FOR_A_SUITE,
            )
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode(errors="replace")
            raise RuntimeError(f"the suite took over {SECONDS_FOR_A_SUITE} s:\n{said}") from None
        if not written.exists():
            raise RuntimeError(f"the suite did not start:\n{done.stdout}")
        return Report(**json.loads(written.read_text()), output=done.stdout)


def environment(report: Path, suite: Suite) -> dict[str, str]:
    """Return this process's environment without what would steer the suite's pytest or Flask."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "FLASK_"))}
    places = [str(Path(__file__).parent)]
    if suite.beside:
        places.append(str(install_beside(suite.beside)))
    told = {"UPSTREAM_REPORT": str(report), "UPSTREAM_REPLACED": suite.replaced}
    return kept | told | {"PYTHONPATH": os.pathsep.join(places)}


def excepted(project: str) -> dict[str, str]:
    """Return the tests of `project` that are excepted by name, each with its reason."""
    text = COMPATIBILITY.read_text(encoding="utf-8") if COMPATIBILITY.exists() else ""
    return exceptions(text).get(project, {})


def exceptions(text: str) -> dict[str, dict[str, str]]:
    """Read the table `Suite | Test | Reason` below the heading: reasons by test by project."""
    _, _, section = text.partition(f"{HEADING}\n")
    section = re.split(r"^#{1,2} ", section, maxsplit=1, flags=re.MULTILINE)[0]
    found: dict[str, dict[str, str]] = {}
    for line in section.splitlines():
        # A bar inside a test's parameters is written \| in Markdown.
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[0] != "Suite" and not cells[0].startswith((":-", "-")):
            project, test, reason = cells
            found.setdefault(project.lower(), {})[test.strip("`")] = reason
    return found


def main() -> None:
    """Run one suite and print what it says."""
    project, *options = sys.argv[1:]
    suite = SUITES[project]
    report = run(suite, fetch(project), adopted="--plain" not in options)
    print(report.output)
    print(f"{suite.replaced} was {report.replacement}")


if __name__ == "__main__":
    main()
