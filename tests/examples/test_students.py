"""The students registry, driven through the test client, CSRF check included."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.examples.conftest import registry

ROOT = Path(__file__).parents[2]
ASHA = {"name": "Asha Rao", "city": "Pune", "addr": "7 Tilak Road", "pin": "411002"}


def test_a_first_run_prints_a_password_and_later_runs_do_not(tmp_path):
    """The password of the first account is shown once."""
    printed = []
    for _ in range(3):
        with registry(tmp_path / "data") as visitor:
            printed.append(len(visitor.password) >= 16)
    assert printed == [True, False, False]


def test_a_first_run_stores_some_students_in_order(visitor):
    """The list starts with something to look at, by name."""
    pages = [visitor.names(f"/?page={number}") for number in (1, 2, 3, 4)]
    names = [name for page in pages for name in page]
    assert [len(page) for page in pages] == [10, 10, 10, 1]
    assert names == sorted(names, key=str.lower)


def test_two_runs_keep_the_data(member, arrive):
    """What was added is there after a restart, and who was signed in still is."""
    member.submit("/students/new", **ASHA)
    again = arrive()
    again.client.set_cookie("session", member.cookie)
    assert again.names("/?q=asha") == ["Asha Rao"]
    assert "Sign out" in again.text("/")


def test_deleted_students_do_not_come_back(member, arrive):
    """The first students are stored on the first run only."""
    for number in range(1, 32):
        member.submit(f"/students/{number}/delete")
    assert "No students yet" in arrive().text("/")


def test_the_secret_key_is_kept_where_only_its_owner_reads_it(first_run, visitor):
    """The key is made once, at random, in a file of mode 0600 in a folder of mode 0700."""
    file = first_run.folder / "secret_key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert len(file.read_text()) == 64
    assert visitor.app.secret_key == file.read_text()


def test_two_processes_may_make_the_first_run_at_once(tmp_path):
    """The documented command finds the application; one makes the first run, once."""
    command = [sys.executable, "-m", "flask", "--app", "examples/students/app.py", "routes"]
    environment = {**os.environ, "STUDENTS_DATA": str(tmp_path)}
    options = {"cwd": ROOT, "env": environment, "stdout": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, **options) for _ in range(2)]
    printed = [run.communicate(timeout=60)[0].count("Password: ") for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sorted(printed) == [0, 1]


def test_the_right_password_signs_in(visitor):
    """The name is kept in the session and shown."""
    answer = visitor.sign_in()
    assert (answer.status_code, answer.location) == (302, "/")
    assert "You are signed in as admin." in visitor.text("/")


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_wrong_name_and_a_wrong_password_look_alike(visitor, wrong):
    """The answer does not tell which of the two was wrong."""
    answer = visitor.sign_in(**wrong)
    assert answer.status_code == 422
    assert "The username or the password is wrong." in answer.text
    assert "Sign out" not in visitor.text("/")


def test_signing_out_forgets_the_name(member):
    """After signing out nothing can be changed."""
    assert "You are signed out." in member.submit("/logout", at="/").text
    assert member.get("/students/new").location == "/login?next=/students/new"


def test_a_link_cannot_sign_anybody_out(member):
    """Signing out takes a POST with its token."""
    assert member.get("/logout").status_code == 405
    assert "Sign out" in member.text("/")


@pytest.mark.parametrize("path", ["/students/new", "/students/1/edit", "/students/1/delete?next=/"])
def test_who_is_not_signed_in_signs_in_first_and_then_goes_on(visitor, path):
    """The page that was wanted opens after signing in."""
    asked = visitor.get(path)
    answer = visitor.sign_in(asked.location)
    assert asked.location.startswith("/login?next=")
    assert answer.location == path


def test_who_is_not_signed_in_cannot_change_anything(visitor):
    """Even with a good token a POST changes nothing."""
    answer = visitor.submit("/students/1/delete", at="/login", follow=False)
    assert answer.location == "/login?next=/students/1/delete"
    assert visitor.names("/?q=aarav") == ["Aarav Mehta"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_signing_in_never_leads_off_the_site(visitor, target):
    """A `next` that a browser would read as another site is ignored."""
    page = visitor.app.test_client().get("/login", query_string={"next": target})
    answer = visitor.sign_in(page.request.full_path)
    assert answer.location == "/"


@pytest.mark.parametrize("path", ["/login", "/logout", "/students/new", "/students/1/delete"])
def test_a_post_without_its_token_is_refused(member, path):
    """A form sent from elsewhere changes nothing and is explained."""
    answer = member.client.post(path, data=ASHA)
    assert answer.status_code == 400
    assert "That form has expired" in answer.text
    assert "31 students" in member.text("/")


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("fernandes", ["Rohan Fernandes"]),
        ("GANDHI road", ["Arjun Nair", "Tanvi Kulkarni"]),
        ("411004", ["Gauri Deshpande"]),
        ("  pune  ", ["Gauri Deshpande"]),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
    ],
)
def test_a_search_finds_the_students_that_hold_every_word(visitor, search, names):
    """Words match in any column and any case; nothing in them is special to SQL."""
    answer = visitor.get("/", query_string={"q": search})
    assert visitor.names(answer.request.full_path) == names


def test_a_search_is_shown_as_it_was_typed(visitor):
    """What was searched for is text, never markup."""
    page = visitor.text("/?q=<script>alert(1)</script>")
    assert "Nobody found" in page
    assert "<script" not in page
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_paging_keeps_the_search(visitor):
    """The second page of a search is a page of that search."""
    page = visitor.text("/?q=road")
    assert 'href="/?q=road&amp;page=2"' in page
    assert not set(visitor.names("/?q=road")) & set(visitor.names("/?q=road&page=2"))


@pytest.mark.parametrize("number", ["9", "99999999999999999999999", "0", "-1", "x", ""])
def test_a_page_number_from_anywhere_shows_a_page(visitor, number):
    """Past the end is the last page, and nonsense is the first."""
    city = "Mumbai" if number.startswith("9") else "Ahmedabad"
    assert f">{city}<" in visitor.text(f"/?page={number}")


def test_adding_a_student_lists_it(member):
    """A new student is stored and a message says so."""
    answer = member.submit("/students/new", **ASHA)
    assert "Asha Rao was added." in answer.text
    assert "32 students" in answer.text
    assert all(value in member.text("/?q=asha") for value in ASHA.values())


def test_spaces_around_and_between_words_are_tidied(member):
    """Two spellings of a name do not differ by white space."""
    member.submit("/students/new", **{**ASHA, "name": "  Asha \t  Rao "})
    assert member.names("/?q=asha") == ["Asha Rao"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "   ", "Enter the name."),
        ("name", "x" * 101, "Field cannot be longer than 100 characters."),
        ("city", "", "Enter the city."),
        ("addr", "", "Enter the address."),
        ("pin", "4!1", "Enter a PIN of letters and digits, such as 411004."),
        ("pin", "12345678901", "Field cannot be longer than 10 characters."),
    ],
)
def test_a_wrong_field_keeps_what_was_typed_and_says_what_is_wrong(member, field, value, message):
    """The form comes back filled in, with the error tied to its field, and nothing is stored."""
    answer = member.submit("/students/new", **{**ASHA, field: value})
    kept = [text for name, text in ASHA.items() if name != field]
    assert answer.status_code == 422
    assert all(f'value="{text}"' in answer.text for text in kept)
    assert f'<span class="wrong" id="{field}-wrong">{message}' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert "31 students" in member.text("/")


def test_markup_in_a_name_stays_text(member):
    """What is stored is escaped wherever it is shown."""
    member.submit("/students/new", **{**ASHA, "name": "<b>Asha</b>"})
    pages = [member.text(path) for path in ("/?q=asha", "/students/32/edit", "/students/32/delete")]
    assert all("&lt;b&gt;Asha&lt;/b&gt;" in page and "<b>Asha" not in page for page in pages)


def test_editing_a_student_changes_it_and_goes_back(member):
    """The form holds what is stored; saving leads back to the page it was opened from."""
    page = member.text("/students/10/edit")
    answer = member.submit("/students/10/edit?next=/?q%3Dpune", **{**ASHA, "name": "Gauri Rao"})
    assert 'value="Gauri Deshpande"' in page
    assert "Gauri Rao was saved." in answer.text
    assert answer.request.full_path == "/?q=pune"
    assert "31 students" in member.text("/")


def test_deleting_asks_first(member):
    """A look at the question deletes nothing; the answer does."""
    assert "Delete Gauri Deshpande?" in member.text("/students/10/delete")
    assert "31 students" in member.text("/")
    assert "Gauri Deshpande was deleted." in member.submit("/students/10/delete").text
    assert "30 students" in member.text("/")


def test_deleting_the_last_student_of_a_page_leads_to_the_page_before(member):
    """There is never an empty page at the end."""
    answer = member.submit("/students/31/delete?next=/?page%3D4")
    assert answer.request.full_path == "/?page=3"
    assert "was deleted." in answer.text


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/students/99/edit", "/students/99/delete", f"/students/{10**30}/edit"],
)
def test_what_does_not_exist_is_a_page_that_says_so(member, path):
    """A missing page or student is a 404 with a way back."""
    answer = member.get(path)
    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text
    assert 'href="/"' in answer.text


def test_a_failure_inside_shows_a_page_without_its_details(arrive):
    """Whoever visits learns that it failed, and nothing of the inside."""
    visitor = arrive(PROPAGATE_EXCEPTIONS=False)
    visitor.app.add_url_rule("/broken", view_func=lambda: {}["the inside"])
    answer = visitor.get("/broken")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "the inside" not in answer.text


def test_a_form_too_large_is_refused(member):
    """A request beyond the limit is a 413, on a page."""
    answer = member.client.post("/students/new", data={"name": "x" * 100_000})
    assert answer.status_code == 413
    assert "<h1>Request Entity Too Large</h1>" in answer.text


def test_every_answer_limits_what_a_browser_loads(visitor):
    """Pages and errors alike run no script and open in no frame."""
    for path in ("/", "/login", "/nowhere", "/static/students.css"):
        with visitor.get(path) as answer:
            headers = answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_forgotten_password_is_replaced(visitor):
    """`reset-password` prints a password that works, and the old one does not."""
    result = visitor.app.test_cli_runner().invoke(args=["reset-password"])
    new = result.output.split()[-1]
    assert visitor.sign_in().status_code == 422
    assert visitor.sign_in(password=new).status_code == 302
