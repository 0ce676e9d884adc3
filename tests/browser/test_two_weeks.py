"""Two weeks around one person: the nurse at the bedside, the doctor on a tablet, and a daughter with her link."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import clock, create_app
from app.accounts.models import Role
from app.core.db import Model, db, transaction
from app.relatives import actions as relatives
from app.relatives.actions import RelativeSaid
from tests.browser.test_tablet import THE_CLOCK_LEAPS, sign_in
from tests.conftest import close_engines, settings_for
from tests.factories.town import Town
from tests.folders.conftest import Around
from tests.services.browser import Browsers
from tests.services.web_server import serving


@pytest.fixture
def around(tmp_path: Path) -> Iterator[tuple[Around, str]]:
    """A person, her nurse and her doctor, behind a real address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'relais.sqlite3'}", tmp_path, PORT=str(port)))
    app.config["WTF_CSRF_ENABLED"] = False  # of the client that acts beside the browsers
    with app.app_context():
        Model.metadata.create_all(db.engine)
        town = Town(app)
        maya, marc = town.nurse("Maya"), town.doctor("Marc")
        manager = town._person("Camille", "Serra", Role.CASE_MANAGER, town.emergency_id)
        patient = town.patient("Odile", usual=[maya, marc])
        with serving(app, port) as address:
            yield Around(town, patient, manager, maya, marc), address
        db.session.remove()
        close_engines()


def daughter_s_link(around: Around) -> tuple[str, str]:
    with transaction():
        hers = relatives.name(
            around.patient, RelativeSaid("Sophie Marchand", "child"), ("notes", "what-if"), by=None, now=clock.now()
        )
        return f"/r/{hers.token}", hers.code_words


def days_pass(around: Around, days: int) -> None:
    """Days are short; the browsers know nothing of it, and their sessions last."""
    around.town.time_passes(days=days)


def note(page: Page, address: str, around: Around, text: str, kind: str, *, urgent: bool = False) -> None:
    """At the bedside: the page opens with the field ready, and one more tap sends it."""
    page.goto(f"{address}/patients/{around.patient}/liaison/new")
    expect(page.locator("#text")).to_be_focused()
    page.locator("#text").fill(text)
    page.locator(".tile", has_text=kind).click()
    if urgent:
        page.get_by_label(re.compile("Urgent", re.IGNORECASE)).check()
    page.get_by_role("button", name="Envoyer la note").click()
    expect(page.locator("#text")).to_have_value("")


def test_two_weeks_of_a_person_on_three_devices(around: tuple[Around, str], browsers: Browsers) -> None:
    about, address = around
    browsers.allow("status of 404", *THE_CLOCK_LEAPS)
    phone, tablet = browsers.phone().pages[0], browsers.tablet().pages[0]
    daughter = browsers.phone(java_script_enabled=False).pages[0]
    person = f"{address}/patients/{about.patient}"
    sign_in(phone, address, about.nurse)
    sign_in(tablet, address, about.doctor)

    # The first day: a folder is proposed, and the nurse says yes on her phone.
    about.is_proposed()
    phone.goto(f"{address}{about.at}")
    phone.get_by_role("button", name=re.compile("Oui")).click()
    expect(phone.locator("main")).to_contain_text("Camille Serra")
    assert about.folder.state == "open"

    # At the bedside: what she sees stands on the doctor's tablet, without touching it.
    tablet.goto(f"{person}/liaison")
    note(phone, address, about, "Fièvre à 38,9 depuis ce matin.", "Observation", urgent=True)
    expect(tablet.locator(".note", has_text="38,9")).to_be_visible()

    # Three days later he says what to do, for her and those near her too.
    days_pass(about, 3)
    tablet.goto(f"{person}/liaison/new")
    tablet.locator("#text").fill("Boire un litre et demi par jour.")
    tablet.locator(".tile", has_text="Consigne").click()
    tablet.locator("summary", has_text="Qui la lit").click()
    tablet.locator(".tile", has_text=re.compile("proches")).first.click()
    tablet.get_by_role("button", name="Envoyer la note").click()
    expect(tablet.locator("#text")).to_have_value("")

    # Her daughter, by her link and two words, on an old phone: she reads that, and nothing of the fever.
    link, words = daughter_s_link(about)
    daughter.goto(f"{address}{link}")
    daughter.get_by_label("Vos deux mots").fill(words)
    daughter.get_by_role("button", name="Ouvrir").click()
    expect(daughter.locator("main")).to_contain_text("un litre et demi")
    expect(daughter.locator("main")).not_to_contain_text("38,9")
    phone.goto(f"{person}/liaison")
    daughter.locator("#text").fill("Elle a bu et mangé hier soir.")
    daughter.get_by_role("button", name="Envoyer aux soignants").click()
    expect(phone.locator(".note", has_text="bu et mangé")).to_contain_text("Sophie Marchand")

    # A week later whoever opens her sees first who cares for her.
    days_pass(about, 7)
    month = clock.paris(clock.now()).strftime("%Y-%m")
    note(phone, address, about, "Apyrétique, marche avec une canne.", "Intervention")
    tablet.goto(person)
    expect(tablet.locator("main")).to_contain_text("Maya")
    expect(tablet.locator("main")).to_contain_text("Camille Serra")

    # The fortnight ends: her line of life tells of it, and no word of what was written.
    days_pass(about, 4)
    phone.goto(f"{person}/life?on={month}")
    expect(phone.locator("main")).to_contain_text("Dossier de coordination")
    expect(phone.locator("main")).to_contain_text("Intervention")
    expect(phone.locator("main")).not_to_contain_text("canne")

    # She does not want the folder any more: the page that stands open closes.
    phone.goto(f"{address}{about.at}")
    expect(phone.locator("main")).to_contain_text("troisième")
    assert about.manager.post(f"{about.at}/objection", {"how": "spoken"}).status_code == 303
    expect(phone.locator("main")).not_to_contain_text("troisième")
