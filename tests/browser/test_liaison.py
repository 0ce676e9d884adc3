"""A note at the bedside where there is no signal: it waits on the page, with its photo, and is written once. And a book
that stands open closes when the person refuses its reader."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.browser.screens import person_of
from tests.factories import files
from tests.services.browser import Browsers


def book_of_lucienne(page: Page, house: RunningHouse, persona: str) -> str:
    """The path of her liaison book, found as this person finds her."""
    page.goto(house.as_(persona, "requests/new?pathway=home-care"))
    return f"{person_of(page, '06/05/1941 pré')}/liaison"


def test_a_note_and_its_photo_without_signal_wait_and_are_written_once(
    house: RunningHouse, browsers: Browsers, tmp_path: Path
) -> None:
    browsers.allow("net::ERR_", "Failed to fetch", "network error")
    tablet, phone = browsers.tablet().pages[0], browsers.phone().pages[0]
    book = book_of_lucienne(phone, house, "nurse-2")
    tablet.goto(house.as_("doctor", book))
    phone.goto(house.as_("nurse-2", f"{book}/new"))
    expect(phone.locator("#text")).to_be_focused()
    (tmp_path / "wound.jpg").write_bytes(files.photo())
    phone.context.set_offline(True)
    phone.locator("summary", has_text="Joindre une photo").click()
    phone.locator("input[capture]").set_input_files(tmp_path / "wound.jpg")
    expect(phone.locator(".sending__said")).to_have_text("Pas envoyé : le réseau a manqué.")
    phone.locator("#text").fill("Escarre au talon droit.")
    phone.locator(".tile", has_text="Intervention").click()
    phone.get_by_role("button", name="Envoyer la note").click()
    expect(phone.locator(".line--kept")).to_contain_text("Pas encore envoyé")
    expect(phone.locator("#text")).to_have_value("")
    expect(phone.locator("[name=type][value=observation]")).to_be_checked()
    expect(tablet.locator(".note", has_text="talon droit")).to_have_count(0)
    phone.context.set_offline(False)
    note = tablet.locator(".note", has_text="talon droit")
    expect(note).to_have_count(1)  # without touching the tablet
    expect(note).to_contain_text("Intervention")
    expect(note.locator("img")).to_be_visible()
    expect(phone.locator(".line--kept")).to_have_count(0)
    expect(phone.locator(".line[data-sent]", has_text="talon droit")).to_have_count(1)


def test_an_open_book_closes_and_what_was_being_written_stays_with_its_author(
    house: RunningHouse, browsers: Browsers
) -> None:
    browsers.allow("status of 409", "status of 404", "status of 403")
    tablet, phone = browsers.tablet().pages[0], browsers.phone().pages[0]
    book = book_of_lucienne(phone, house, "nurse-2")
    tablet.goto(house.as_("doctor", book))
    writing = tablet.context.new_page()
    writing.goto(house.as_("doctor", f"{book}/new"))
    writing.locator("#text").fill("Elle dit qu'elle ne veut plus me voir.")
    tablet.bring_to_front()
    expect(tablet.locator(".note").first).to_be_visible()
    phone.goto(house.as_("nurse-2", book.replace("/liaison", "/wishes")))
    phone.locator("label", has_text="Marc Lefort").first.click()
    phone.get_by_role("button", name="Noter ce refus").click()
    expect(tablet.locator(".note")).to_have_count(0)
    expect(tablet.get_by_text("Lucienne")).to_have_count(0)
    writing.bring_to_front()
    writing.get_by_role("button", name="Envoyer la note").click()
    expect(writing.get_by_text("Votre note n’est pas envoyée")).to_be_visible()
    expect(writing.get_by_text("Lucienne")).to_have_count(0)
    expect(writing.locator("#kept")).to_have_value("Elle dit qu'elle ne veut plus me voir.")
    writing.goto(house.as_("doctor", "inbox"))
    expect(writing.get_by_text("Une saisie interrompue vous attend.")).to_be_visible()
