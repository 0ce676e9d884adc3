"""Two weeks around one person: the nurse at the bedside, the doctor on a tablet, and a daughter with her link."""

import re

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.accounts.models import Role
from app.appointments import spaces
from app.core.db import new_id, transaction
from app.plans import actions as plans
from app.plans.actions import PlanAuthor
from app.plans.rules import PlanKind
from app.relatives import actions as relatives
from app.relatives.actions import RelativeSaid
from tests.browser.test_tablet import THE_CLOCK_LEAPS, sign_in, sound
from tests.factories.town import Town
from tests.folders.conftest import Around
from tests.services.browser import Browsers


@pytest.fixture
def around(served_town: tuple[Town, str]) -> tuple[Around, str]:
    """A person with her nurse, her doctor and a case manager."""
    town, address = served_town
    town.app.config["WTF_CSRF_ENABLED"] = False  # of the client that acts beside the browsers
    maya, marc = town.nurse("Maya"), town.doctor("Marc")
    manager = town._person("Camille", "Serra", Role.CASE_MANAGER, town.emergency_id)
    return Around(town, town.patient("Odile", usual=[maya, marc]), manager, maya, marc), address


def daughter_s_link(around: Around) -> tuple[str, str]:
    with transaction():
        hers = relatives.name(
            around.patient, RelativeSaid("Sophie Marchand", "child"), ("notes", "what-if"), by=None, now=clock.now()
        )
        return f"/r/{hers.token}", hers.code_words


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
    about.town.time_passes(days=3)
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
    about.town.time_passes(days=7)
    month = clock.paris(clock.now()).strftime("%Y-%m")
    note(phone, address, about, "Apyrétique, marche avec une canne.", "Intervention")
    tablet.goto(person)
    expect(tablet.locator("main")).to_contain_text("Maya")
    expect(tablet.locator("main")).to_contain_text("Camille Serra")

    # The fortnight ends: her line of life tells of it, and no word of what was written.
    about.town.time_passes(days=4)
    phone.goto(f"{person}/life?on={month}")
    expect(phone.locator("main")).to_contain_text("Dossier de coordination")
    expect(phone.locator("main")).to_contain_text("Intervention")
    expect(phone.locator("main")).not_to_contain_text("canne")

    # She does not want the folder any more: the page that stands open closes.
    phone.goto(f"{address}{about.at}")
    expect(phone.locator("main")).to_contain_text("troisième")
    assert about.manager.post(f"{about.at}/objection", {"how": "spoken"}).status_code == 303
    expect(phone.locator("main")).not_to_contain_text("troisième")


@pytest.mark.parametrize("dark", [False, True])
def test_her_own_pages_hold_on_her_phone(around: tuple[Around, str], browsers: Browsers, dark: bool) -> None:
    about, address = around
    about.is_open()
    said = (
        (PlanKind.WISH, {"words": "Rester chez moi, avec mon chat."}),
        (PlanKind.OBJECTIVE, {"words": "Descendre au jardin", "criterion": "une fois par jour", "due": "2027-03-01"}),
    )
    folder, by, now = about.folder.id, PlanAuthor(about.manager.account), clock.now()
    with transaction():
        for kind, content in said:
            assert plans.add(folder, kind, None, content, key=new_id(), by=by, now=now) is None
        hers = spaces.space_of(about.patient, now)
        space = f"{address}/s/{hers.token}/{spaces.key_for(hers, now)}"
    page = browsers.phone(dark=dark).pages[0]
    for path, words in (
        ("", "Qui coordonne mes soins"),
        ("/folder", "Je ne veux pas de ce dossier"),
        ("/plan", "Rester chez moi, avec mon chat."),
        ("/notes", "Envoyer aux soignants"),
        ("/costs", "Rien n’a été estimé avec vous."),
        ("/life", "Ma ligne de vie"),
    ):
        page.goto(f"{space}{path}")
        expect(page.locator("main")).to_contain_text(words)
        sound(page)
