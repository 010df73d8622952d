"""The students registry as people meet it: in a browser, at a desk and on a phone."""

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import DESK, PHONE, sign_in

pytestmark = [
    pytest.mark.browser,
    # A browser that leaves in the middle of an answer leaves the server's open file to the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ASHA = {"Name": "Asha Rao", "City": "Pune", "Address": "7 Tilak Road", "PIN": "411002"}
PAGES = ["/", "/?page=3", "/?q=nobody", "/nowhere", "/students/new", "/students/1/edit"]
PAGES += ["/students/1/delete"]

# The lowest contrast of a visible text with what is behind it (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = rgb => rgb.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    const colour = parse(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 && element.parentElement ? behind(element.parentElement) : colour;
  };
  const shown = element => element.checkVisibility() && element.getBoundingClientRect().width > 2
    && !element.closest(".hidden, .skip, .off, head");
  const ratios = [...document.querySelectorAll("*")]
    .filter(element => [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(shown)
    .map(element => {
      const pair = [light(parse(getComputedStyle(element).color)), light(behind(element))];
      return [(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), element.outerHTML];
    });
  return ratios.sort((a, b) => a[0] - b[0])[0];
}"""


def fill_in(page, **texts):
    """Type into the fields that have these labels."""
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)


def tour(page):
    """Open every page there is as a member, and at last, signed out, the form to sign in."""
    for path in PAGES:
        page.goto(path)
        yield path
    page.context.clear_cookies()
    page.goto("/login")
    yield "/login"


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("script", [True, False], ids=["scripts", "no scripts"])
def test_somebody_signs_in_adds_edits_deletes_and_signs_out(visit, site, screen, script):
    """The whole journey works by what is seen on the page, with JavaScript or without."""
    page = visit("/", viewport=screen, java_script_enabled=script)
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, site)

    page.get_by_role("link", name="Add a student").click()
    fill_in(page, **ASHA)
    page.get_by_role("button", name="Add student").click()
    expect(page.get_by_role("status")).to_have_text("Asha Rao was added.")

    page.get_by_label("Search students").fill("asha")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Edit Asha Rao").click()
    fill_in(page, City="Nashik")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(f"{site.url}/?q=asha")
    expect(page.get_by_role("cell", name="Nashik")).to_be_visible()

    page.get_by_role("link", name="Delete Asha Rao").click()
    page.get_by_role("button", name="Delete student").click()
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Add a student")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 360])
def test_no_page_is_wider_than_a_phone(visit, width):
    """Nothing has to be scrolled sideways, however long a word is."""
    page = visit("/students/new", member=True, viewport={"width": width, "height": 640})
    fill_in(page, Name="A" * 100, City="Zyx" * 16, Address="B" * 200, PIN="1234567890")
    page.get_by_role("button", name="Add student").click()
    expect(page.get_by_role("status")).to_contain_text("was added.")
    for path in [*PAGES, "/?q=zyx", "/students/32/edit", "/students/32/delete"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_a_table_at_a_desk_is_cards_on_a_phone(visit):
    """Rows stand side by side at a desk and below each other on a phone, and stay a table."""
    for screen, side_by_side in ((DESK, True), (PHONE, False)):
        row = visit(viewport=screen).get_by_role("table").get_by_role("row").nth(1)
        name = row.get_by_role("rowheader").bounding_box()
        city = row.get_by_role("cell").first.bounding_box()
        assert (name["y"] == city["y"]) is side_by_side
        assert (name["x"] == city["x"]) is not side_by_side


def test_the_keyboard_is_enough(visit, site):
    """Somebody signs in, opens the form, adds and finds a student without a pointer."""
    page = visit("/login")
    expect(page.get_by_label("Username")).to_be_focused()
    for text in ("admin", site.password):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("You are signed in as admin.")

    page.get_by_role("link", name="Add a student").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    for text in ASHA.values():
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Asha Rao was added.")


def test_the_first_tab_leads_past_the_bar(visit):
    """A link to the content comes first, is seen when it has the focus, and moves it there."""
    page = visit()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_what_has_the_focus_is_outlined(visit):
    """Every link and button that Tab reaches is seen to have the focus."""
    page = visit("/?page=4", member=True)
    seen = "(({outlineStyle: s, boxShadow: b}) => s != 'none' || b != 'none')"
    for _ in range(page.locator("a, button, input:not([type=hidden])").count()):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.outerHTML")
        assert page.evaluate(f"{seen}(getComputedStyle(document.activeElement))"), focused


def test_a_wrong_field_has_the_focus_and_its_message(visit):
    """The first wrong field is focused and described; the summary leads to each of them."""
    page = visit("/students/new", member=True)
    fill_in(page, **{**ASHA, "City": " ", "PIN": "?!"})
    page.get_by_role("button", name="Add student").click()
    city, pin = page.get_by_label("City", exact=True), page.get_by_label("PIN", exact=True)
    expect(city).to_be_focused()
    expect(city).to_have_accessible_description("Enter the city.")
    expect(page).to_have_title("Error: Add a student · Students registry")
    page.get_by_role("alert").get_by_role("link", name="Enter a PIN").click()
    expect(pin).to_be_focused()
    expect(pin).to_have_value("?!")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Asha Rao")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_text_stands_out_in_light_and_in_dark(visit, scheme, screen):
    """Every text has a contrast of 4.5 or more, on every page."""
    page = visit(member=True, color_scheme=scheme, viewport=screen)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path in tour(page):
        ratio, text = page.evaluate(CONTRAST)
        assert ratio >= 4.5, (path, text)


def test_every_page_has_its_title_one_heading_and_labelled_fields(visit):
    """What a screen reader goes by is there on every page."""
    page = visit(member=True)
    titles = set()
    for path in tour(page):
        titles.add(page.title())
        assert page.locator("html").get_attribute("lang") == "en"
        for role in ("banner", "navigation", "main", "contentinfo"):
            assert page.get_by_role(role).count() >= 1, (path, role)
        assert page.get_by_role("heading", level=1).count() == 1
        fields = page.locator("input:not([type=hidden])")
        assert fields.evaluate_all("all => all.every(one => one.labels.length || one.ariaLabel)")
    assert len(titles) == 1 + len(PAGES)
