"""Documents say what the code does: every Python snippet in them runs, every link leads somewhere."""

import re
from pathlib import Path

import pytest

from schlenk import adopt

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def snippets():
    """Return the Python of each document: one program each in the README, one in all elsewhere."""
    for document in DOCUMENTS:
        found = SNIPPET.findall(document.read_text(encoding="utf-8"))
        programs = found if document.name == "README.md" else ["\n".join(found)] * bool(found)
        for number, program in enumerate(programs):
            yield pytest.param(program, id=f"{document.name}-{number}")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a snippet ends where its reader would stop
@pytest.mark.parametrize("program", snippets())
def test_snippets_run(program):
    """Whoever copies a snippet gets what the text says."""
    try:
        exec(compile(program, "snippet", "exec"), {"__name__": "__main__", "__file__": __file__})
    finally:
        adopt.uninstall()


def test_the_readme_shows_all_six_systems():
    """The README has a program for each of the six systems."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(SNIPPET.findall(readme)) == 6


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document):
    """Every relative link names a file of the repository."""
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
