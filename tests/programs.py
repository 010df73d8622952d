"""Programs that tests drive, servers and browsers: installed ones, else from Debian's packages.

A missing program never fails a run. `ensure` returns None where there is neither the program nor
the right to install it, and `require` skips the test and names the program.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Program:
    """The names a program goes by, the Debian package that brings it, and folders off `PATH`."""

    names: tuple[str, ...]
    package: str
    folders: str = ""


PROGRAMS = {
    "chromium": Program(("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "postgres": Program(("postgres",), "postgresql", "usr/lib/postgresql/*/bin"),
    "redis-server": Program(("redis-server", "valkey-server"), "redis-server"),
    "wrk": Program(("wrk",), "wrk"),
}


def find(program: str) -> Path | None:
    """Return where `program` is installed, or None."""
    wanted = PROGRAMS[program]
    folders = sorted(Path("/").glob(wanted.folders)) if wanted.folders else []
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, folders)])
    found = (shutil.which(name, path=path) for name in wanted.names)
    return next((Path(place) for place in found if place), None)


@cache
def ensure(program: str) -> Path | None:
    """Return where `program` is, after installing it if need be, or None. Tries once in a run."""
    if place := find(program):
        return place
    install(PROGRAMS[program].package)
    return find(program)


def require(program: str) -> Path:
    """Return where `program` is, or skip the test."""
    if place := ensure(program):
        return place
    return pytest.skip(f"{program} is not installed and could not be installed")


def install(package: str) -> None:
    """Ask apt for `package`: as it stands, then with fresh package lists. A refusal is no error."""
    if (root := rights()) is None:
        return
    # A held lock is waited for briefly: somebody else may be installing.
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-yq", "-oDPkg::Lock::Timeout=30"]
    wanted = [*apt, "install", "--no-install-recommends", package]
    runs(root, wanted, 300) or (runs(root, [*apt, "update"], 120) and runs(root, wanted, 300))


def rights() -> list[str] | None:
    """Return the words that make a command root's without asking anybody, or None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    return sudo if shutil.which("sudo") and runs(sudo, ["true"], 10) else None


def runs(root: list[str], command: list[str], seconds: int) -> bool:
    """Tell whether `command` ends well and in time."""
    # `timeout` ends what sudo started, which this process has no right to.
    limited = [*root, "timeout", "--kill-after=10", str(seconds), *command]
    done = subprocess.run(limited, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode == 0
