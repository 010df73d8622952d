"""The types as mypy sees them."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_mypy_finds_every_error_that_must_be_there_and_no_other() -> None:
    """In the strict mode of the project: right calls pass, and each wrong one is refused."""
    users = Path(__file__).with_name("test_users.py")
    command = [sys.executable, "-m", "mypy", "--warn-unused-ignores", str(users)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout + done.stderr
