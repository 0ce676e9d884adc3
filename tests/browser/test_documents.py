"""A photo from a telephone: small when it leaves, there while the form is filled in, read without a download."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.factories import files
from tests.services.browser import Browsers


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, Path]:
    """A wound as a telephone photographs it, a letter of three pages, and what is neither."""
    made = {
        "wound.jpg": files.photo(3000, 2000, turned=True, heavy=True),
        "letter.pdf": files.pdf("Lettre", pages=3),
        "phone.heic": files.HEIC,
        "wrong.pdf": b"MZ not a letter",
    }
    for name, body in made.items():
        (tmp_path / name).write_bytes(body)
    return {name: tmp_path / name for name in made}


def asking(page: Page, house: RunningHouse) -> Page:
    page.goto(house.as_("orientation-nurse", "requests/new?pathway=home-care"))
    page.locator("#q").fill("12/03/1948")
    page.locator("#q").press("Enter")
    page.locator("#patients a").first.click()
    page.get_by_text("Ajouter une précision").click()
    return page


WATCH = """() => {
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (data) {
  data.get("document").arrayBuffer().then((body) => (self.left = new TextDecoder("latin1").decode(body)));
  return send.call(this, data);
};
}"""
"""Browsers tell no one what of a file they send: the page keeps the last one."""


def test_a_photo_is_small_before_it_leaves_and_the_form_waits_for_nothing(
    house: RunningHouse, browsers: Browsers, pictures: dict[str, Path]
) -> None:
    page = asking(browsers.phone().pages[0], house)
    camera = page.locator("input[capture]")
    assert camera.get_attribute("accept") == "image/*"
    assert pictures["wound.jpg"].stat().st_size > 3_000_000
    page.evaluate(WATCH)
    camera.set_input_files(pictures["wound.jpg"])
    came = page.locator("[data-came]")
    expect(came).to_have_count(1)
    left = page.evaluate("self.left")
    assert 50_000 < len(left) < 1_500_000
    assert "SAMSUNG" not in left
    assert "Exif" not in left
    look = came.locator("img")
    look.scroll_into_view_if_needed()
    expect(look).to_have_js_property("complete", True)
    assert look.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [1067, 1600]
    expect(page.get_by_text("Encore une photo")).to_have_count(1)
    camera.set_input_files(pictures["wound.jpg"])
    page.locator("#document").set_input_files([pictures["letter.pdf"], pictures["phone.heic"]])
    expect(came).to_have_count(4)
    expect(came.get_by_text("PDF, 3 pages")).to_be_visible()
    came.first.get_by_role("checkbox").uncheck()

    page.get_by_label("De quel document").select_option("wound-photo")
    page.get_by_role("radio", name="Pansement").check()
    page.locator("#agreement").check()
    page.get_by_role("button", name="Envoyer").click()
    page.locator("#request").wait_for()
    expect(page.locator("#documents .need")).to_have_count(3)


def test_what_cannot_be_kept_says_why_and_what_was_lost_is_sent_again(
    house: RunningHouse, browsers: Browsers, pictures: dict[str, Path]
) -> None:
    browsers.allow("status of 422")
    browsers.allow("ERR_FAILED")
    page = asking(browsers.phone().pages[0], house)
    page.locator("#document").set_input_files(pictures["wrong.pdf"])
    expect(page.get_by_text("Choisissez un PDF, ou une photo")).to_be_visible()
    page.route("**/documents", lambda route: route.abort())
    page.locator("#document").set_input_files(pictures["letter.pdf"])
    expect(page.get_by_text("le réseau a manqué")).to_be_visible()
    page.unroute("**/documents")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("[data-came]")).to_have_count(1)


def test_without_scripts_the_file_goes_with_the_form_and_is_made_small_by_the_server(
    house: RunningHouse, browsers: Browsers, pictures: dict[str, Path]
) -> None:
    browsers.allow("status of 422")
    page = asking(browsers.phone(java_script_enabled=False).pages[0], house)
    page.locator("input[capture]").set_input_files(pictures["wound.jpg"])
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("[data-came]")).to_have_count(1)
    page.get_by_role("radio", name="Pansement").check()
    page.locator("#agreement").check()
    page.get_by_role("button", name="Envoyer").click()
    page.locator("#documents a").first.click()
    picture = page.locator(".shown img")
    expect(picture).to_have_js_property("naturalWidth", 1067)


def test_a_letter_is_read_page_by_page_and_leaves_no_file(
    house: RunningHouse, browsers: Browsers, pictures: dict[str, Path]
) -> None:
    page = asking(browsers.tablet().pages[0], house)
    page.locator("#document").set_input_files(pictures["letter.pdf"])
    expect(page.locator("[data-came]")).to_have_count(1)
    page.get_by_role("radio", name="Pansement").check()
    page.locator("#agreement").check()
    page.get_by_role("button", name="Envoyer").click()
    request = page.url
    downloads: list[object] = []
    page.on("download", lambda download: downloads.append(download))
    page.locator("#documents a").first.click()
    expect(page.locator(".shown__page")).to_have_count(3)
    page.locator(".shown img").last.scroll_into_view_if_needed()
    expect(page.locator(".shown img").last).to_have_js_property("naturalHeight", 1600)
    kept = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name => "
        "(await (await caches.open(name)).keys()).map(({url}) => url)))).flat()"
    )
    assert [url for url in kept if re.search("/documents/[0-9a-f]", url)] == []
    assert downloads == []
    page.get_by_role("link", name="Retour").click()
    expect(page).to_have_url(re.compile(re.escape(request.split("?")[0])))
