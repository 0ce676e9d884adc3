"""Every screen and how to come to it: what the tests walk through, and what `bin/screenshots` takes pictures of."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

BOTH = ("phone", "tablet")


class Screen(NamedTuple):
    """`follow`: a link on the page at `path` that leads to it. `act`: what is done there until it is on the glass."""

    door: str
    name: str
    persona: str
    path: str
    follow: str = ""
    act: Callable[[Page], None] | None = None
    devices: tuple[str, ...] = BOTH

    def __str__(self) -> str:
        return f"{self.door}, {self.name}"

    def open(self, page: Page, house: str) -> None:
        """`house`: the address of the running product."""
        page.context.set_offline(False)
        page.context.grant_permissions(["notifications"])
        page.goto(f"{house}/demo/as/{self.persona}/{self.path}" if self.persona else f"{house}/{self.path}")
        if self.follow:
            page.goto(page.locator(self.follow).first.evaluate("a => a.href"))
        if self.act:
            self.act(page)


OFFER, REQUEST = "article[data-offer] a[href*='offers/']", "main a[href*='requests/0']"
PLANNED, ENDLESS = ".row__link:has-text('Marcel'):has-text('Pansement')", ".row__link:has-text('Ginette')"
OPINION_GIVEN, OPINION_TAKEN = ".row__link:has-text('Marcel'):has-text('Avis')", "main a:has-text('Paulette')"
ASKED_FOR_HER = ".row__link:has-text('Lucienne')"
KNOWN, ASKING, ENTERING = "12/03/1948", "requests/new?pathway=home-care", "patients/new?pathway=home-care"


def in_state(state: str) -> str:
    """The line of a request in this state, in a list."""
    return f".row__link:has([data-state={state}])"


def as_persona(page: Page) -> str:
    """Where the person to whom this page belongs begins."""
    found = re.match(r".*/demo/as/[^/]+/", page.url)
    assert found, page.url
    return found[0]


def other_person(page: Page, persona: str) -> str:
    return re.sub(r"/demo/as/[^/]+/", f"/demo/as/{persona}/", as_persona(page))


# What is done on a page until a screen is there.


def search_the_known(page: Page) -> None:
    page.locator("#q").fill(KNOWN)
    page.locator("#q").press("Enter")
    page.locator("#patients a").first.wait_for()


def unfold(page: Page) -> None:
    page.locator(".ways summary").click()
    page.locator(".ways__aims a").first.wait_for()


def choose_the_known(page: Page) -> None:
    search_the_known(page)
    page.locator("#patients a").first.click()
    page.locator("#new-request").wait_for()


def send_empty(page: Page) -> None:
    page.locator("main form").last.locator("button:not([type=button])").last.click()
    page.locator("[aria-invalid]").first.wait_for()


def write_pathway(page: Page) -> None:
    """Begun by the first walk, gone on with by the others."""
    page.get_by_role("button", name=re.compile("Modifier|Reprendre le brouillon")).click()
    page.locator("#phone").wait_for()


def write_part(where: str) -> Callable[[Page], None]:
    def written(page: Page) -> None:
        write_pathway(page)
        page.goto(f"{as_persona(page)}pathways/home-care/draft/{where}")

    return written


def ask_without_answers(page: Page) -> None:
    choose_the_known(page)
    page.get_by_role("button", name="Envoyer la demande").click()
    page.locator(".mistakes").wait_for()


def ask(page: Page) -> None:
    choose_the_known(page)
    page.get_by_role("radio", name="Injection").check()
    page.get_by_role("checkbox", name=re.compile("accord")).check()
    page.get_by_role("button", name="Envoyer la demande").click()
    page.locator("#request").wait_for()


def accept(page: Page) -> None:
    page.locator("#offer").get_by_role("button", name="Accepter").click()
    page.locator("#offer .slots").first.wait_for()


def propose(page: Page) -> None:
    accept(page)
    after_a_while(page)
    page.locator("#offer .slots .button").first.click()
    page.locator("#offer [data-state=scheduled]").first.wait_for()


def begin_care(page: Page) -> None:
    propose(page)
    after_a_while(page)
    page.get_by_role("button", name="Je commence les soins").click()
    sure, begun = (page.get_by_role("button", name=name) for name in ("Oui, commencer", "J’ai terminé"))
    sure.or_(begun).first.wait_for()
    if sure.is_visible():  # Late in the day, the first hour that is offered is tomorrow's.
        after_a_while(page)
        sure.click()
    begun.wait_for()


def hand_over(page: Page) -> None:
    page.get_by_role("link", name=re.compile("confier la suite")).click()
    page.locator("#q").wait_for()


def go_on_with_the_plan(to: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.goto(page.locator(f"#plan a[href*='/plan/{to}']").evaluate("a => a.href"))

    return act


def after_a_while(page: Page) -> None:
    """A finger that means it: what has just come under it does not count yet."""
    page.wait_for_function("() => !document.querySelector('[data-still]')")


def refuse(page: Page) -> None:
    page.locator("#offer").get_by_role("button", name="Refuser").click()
    page.locator("#why").wait_for()


def lose_the_race(page: Page) -> None:
    """A new request reaches two phones; this one taps second."""
    other, tablet = page.context.new_page(), page.context.new_page()
    other.goto(other_person(page, "nurse-2") + "inbox")
    known = offers_of(page), offers_of(other)
    tablet.goto(other_person(page, "orientation-nurse") + ASKING)
    ask(tablet)
    mine, theirs = newest_offer(page, known[0]), newest_offer(other, known[1])
    page.goto(f"{as_persona(page)}offers/{mine}")
    page.evaluate("document.querySelectorAll('[hx-sse\\\\:connect]').forEach((stream) => stream.remove())")
    other.locator(f'article[data-offer="{theirs}"]').get_by_role("button", name="Accepter").click()
    other.locator("#offer h1").wait_for()
    page.locator("#offer").get_by_role("button", name="Accepter").click()
    page.get_by_role("heading", name="Déjà prise").wait_for()
    other.close()
    tablet.close()


def go_offline(page: Page) -> None:
    """The second time, the service worker serves the page and keeps it; the third time, nothing else does."""
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.reload()
    page.locator("#offline").wait_for()


def pause(page: Page) -> None:
    switch = page.get_by_role("switch")
    if switch.get_attribute("aria-checked") == "true":
        switch.click()
    page.locator("form.strip").wait_for()


def forbid_alerts(page: Page) -> None:
    page.context.clear_permissions()
    page.reload()
    page.locator(".strip[data-push-card]").wait_for()


def go_to_the_patients_page(page: Page) -> None:
    """The link as the patient has it, at the root: the persona's prefix is the demonstration's own."""
    link = re.search(r"localhost:\d+(/p/[\w-]{43})", page.locator("#patient-link").inner_text())
    assert link, page.url
    page.goto(f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}{link[1]}")


def go_to_the_person(page: Page) -> None:
    page.goto(page.locator("main a[href*='/patients/0']").first.evaluate("a => a.href"))


def go_to_what_she(page: Page, part: str) -> None:
    """`part`: her wishes, or those near her."""
    go_to_the_person(page)
    page.goto(f"{page.url}/{part}")


def go_to_her_wishes(page: Page) -> None:
    go_to_what_she(page, "wishes")


def go_to_those_near(page: Page) -> None:
    go_to_what_she(page, "relatives")


def go_to_her_relative(page: Page) -> None:
    """Named a moment ago, with two headings."""
    go_to_what_she(page, "relatives")
    page.locator("summary", has_text="Ajouter un proche").click()
    page.get_by_label("Son nom").fill("Lucie Carpentier")
    for heading in ("Qui vient à la maison", "Les documents"):
        page.locator(".tile", has_text=heading).click()
    page.get_by_role("button", name="Ajouter, avec son accord").click()
    page.get_by_role("heading", name="Lucie Carpentier").wait_for()


def relative_at_her_door(page: Page) -> None:
    go_to_her_relative(page)
    page.goto(page.locator(".handout .qr__url").inner_text())


def relative_reads(page: Page) -> None:
    go_to_her_relative(page)
    link, words = page.locator(".handout .qr__url").inner_text(), page.locator(".handout__words b").inner_text()
    page.goto(link)
    page.get_by_label("Vos deux mots").fill(words)
    page.get_by_role("button", name="Ouvrir").click()
    page.locator("[data-heading]").first.wait_for()


def go_to_the_numbers(page: Page) -> None:
    go_to_the_person(page)
    page.goto(f"{page.url}/numbers")


def go_to_the_circle(page: Page) -> None:
    """Somebody is being named there, so that there are people to choose from."""
    go_to_the_person(page)
    page.goto(f"{page.url}/circle?profession=nurse")


def go_to_the_messages(page: Page) -> None:
    page.goto(page.locator("#thread a[href*='/conversations/']").first.evaluate("a => a.href"))


def go_on_from_the_person(to: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        go_to_the_person(page)
        page.goto(f"{page.url}/{to}")

    return act


def person_of(page: Page, known: str) -> str:
    """Where the page of this person stands, found from where one asks by what is `known` of her."""
    page.locator("#q").fill(known)
    page.locator("#q").press("Enter")
    found = page.locator("#patients a[href*='patient=']").first
    found.wait_for()
    return "patients/" + parse_qs(urlsplit(found.evaluate("a => a.href")).query)["patient"][0]


def go_to_somebody(known: str, to: str, follow: str = "") -> Callable[[Page], None]:
    """`follow`: a link of the page to which that leads."""

    def act(page: Page) -> None:
        page.goto(f"{as_persona(page)}{person_of(page, known)}{to}")
        if follow:
            page.goto(page.locator(follow).first.evaluate("a => a.href"))

    return act


def go_to_who_is_in_hospital(to: str = "", follow: str = "") -> Callable[[Page], None]:
    return go_to_somebody("28/02/1950 bou", to, follow)


def go_to_her_book(to: str = "", *, of: str = "06/05/1941 pré") -> Callable[[Page], None]:
    """A liaison book that has notes."""
    return go_to_somebody(of, f"/{to or 'liaison'}")


def go_to_her_note(page: Page) -> None:
    go_to_her_book("liaison?type=advice")(page)
    page.goto(page.locator(".note__way").last.evaluate("a => a.href"))


def go_to_her_folder(then: str = "") -> Callable[[Page], None]:
    """Of the one that the case manager coordinates."""

    def act(page: Page) -> None:
        page.goto(page.locator("main .row__link[href*='folders/0']").first.evaluate("a => a.href") + then)

    return act


def go_to_the_opinion(page: Page) -> None:
    page.goto(page.locator("main a[href*='/advice/']").first.evaluate("a => a.href"))


def go_to_the_words_around_her(page: Page) -> None:
    page.goto(page.locator("main a[href*='/patients/']").first.evaluate("a => a.href") + "/conversation")


def go_to_her_costs(to: str = "", follow: str = "") -> Callable[[Page], None]:
    """Of the person with whom the social worker has reckoned."""
    return go_to_somebody("25/06/1943 gau", f"/funding{to}", follow)


def open_a_service(page: Page) -> None:
    page.goto(page.locator("main a[href$='/parts/new']").evaluate("a => a.href"))


def patient_answers(name: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        go_to_the_patients_page(page)
        page.get_by_role("button", name=name).click()
        page.locator("[data-state=confirmed], [data-state=declined]").first.wait_for()

    return act


def in_language(chosen: str, act: Callable[[Page], None] | None = None) -> Callable[[Page], None]:
    """The same page of a patient as the address asks for it, which keeps nothing."""

    def ask(page: Page) -> None:
        if act:
            act(page)
        page.goto(f"{page.url}?lang={chosen}")

    return ask


def go_to_the_door(page: Page) -> None:
    """From the space back to where its two words are asked."""
    page.goto(page.url.rpartition("/")[0])


def say_wrong_words(page: Page) -> None:
    go_to_the_door(page)
    page.locator("#words").fill("lune soleil zèbre")
    page.locator("main button").first.click()
    page.locator("[aria-invalid]").wait_for()


def dead_link(page: Page) -> None:
    page.goto(f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}/p/{'x' * 43}")


def name_somebody(page: Page) -> None:
    name = page.locator("#call-list .callee b").first.inner_text()
    page.get_by_role("link", name=re.compile("Quelqu.un d.autre")).click()
    page.get_by_label("Son nom").fill(name)
    page.get_by_role("button", name="Chercher").click()
    page.locator(".callee").first.wait_for()


def offers_of(phone: Page) -> set[str]:
    """In one look: the stream may take a card away between two."""
    return set(phone.locator("article[data-offer]").evaluate_all("all => all.map(a => a.dataset.offer)"))


def newest_offer(phone: Page, known: set[str]) -> str:
    """The offer that was not there before; the inbox brings it without a reload."""
    found = phone.wait_for_function(
        """known => [...document.querySelectorAll('article[data-offer]')].map(a => a.dataset.offer)
        .filter(offer => !known.includes(offer)).sort()[0]""",
        arg=list(known),
    )
    return str(found.json_value())


SCREENS = [
    Screen("inbox", "received", "nurse", "inbox"),
    Screen("inbox", "received by a ward", "clinic-ward", "inbox"),
    Screen("inbox", "nothing received", "physio", "inbox"),
    Screen("inbox", "offer", "nurse", "inbox", OFFER),
    Screen("inbox", "visits", "nurse", "visits"),
    Screen("inbox", "visit", "nurse", "visits", "main a[href*='offers/']"),
    Screen("inbox", "messages", "nurse", "visits", "main a[href*='offers/']", go_to_the_messages),
    Screen("inbox", "my week", "nurse", "agenda"),
    Screen("inbox", "a visit to move", "nurse", "agenda", "a.agenda__link[href*='/agenda/visits/']"),
    Screen("inbox", "practice", "nurse", "practice"),
    Screen("inbox", "copies", "doctor", "inbox/copies"),
    Screen("asking", "follow list", "orientation-nurse", "requests"),
    Screen("asking", "all requests", "orientation-nurse", "requests?show=all"),
    Screen("asking", "who lies here", "ward", "stays"),
    Screen("asking", "changing a plan", "ward", "requests", PLANNED, act=go_on_with_the_plan("change")),
    Screen("asking", "ending care", "ward", "requests", PLANNED, act=go_on_with_the_plan("end")),
    Screen("asking", "does it go on", "ward", "requests", ENDLESS, act=go_on_with_the_plan("review")),
    Screen("asking", "for which patient", "orientation-nurse", ASKING),
    Screen("asking", "other requests", "nurse-2", "requests/new", act=unfold),
    Screen("asking", "new patient", "orientation-nurse", ENTERING),
    Screen("asking", "request", "orientation-nurse", "requests", REQUEST),
    Screen("asking", "messages", "ward", "requests", ".row__link:has-text('Paulette')"),
    Screen("asking", "hand-over", "orientation-nurse", "handover"),
    Screen("person", "person", "orientation-nurse", "requests", REQUEST, act=go_to_the_person),
    Screen("person", "her wishes", "orientation-nurse", "requests", REQUEST, act=go_to_her_wishes),
    Screen("person", "near her", "orientation-nurse", "requests", REQUEST, act=go_to_those_near),
    Screen("person", "usual carers", "orientation-nurse", "requests", REQUEST, act=go_to_the_circle),
    Screen("person", "where she is", "orientation-nurse", "requests", REQUEST, act=go_on_from_the_person("stay")),
    Screen("person", "death", "orientation-nurse", "requests", REQUEST, act=go_on_from_the_person("death")),
    Screen("person", "move", "orientation-nurse", "requests", REQUEST, act=go_on_from_the_person("move")),
    Screen("person", "whole identity", "orientation-nurse", "patients/identity"),
    Screen("person", "national number", "orientation-nurse", "patients/identity/ins"),
    Screen("person", "her numbers", "orientation-nurse", "requests", REQUEST, act=go_to_the_numbers),
    Screen("asking", "decisions", "senior-doctor", "decisions"),
    Screen("watching", "board", "coordinator", "board"),
    Screen("watching", "wall", "coordinator", "board?wall", devices=("tablet", "wall")),
    Screen("watching", "search", "coordinator", "board", "main a[href$='/search']"),
    Screen("watching", "somebody else", "coordinator", "board", "main a[href$='/search']", name_somebody),
    Screen("watching", "pathways", "coordinator", "pathways"),
    Screen("watching", "pathway", "coordinator", "pathways/home-care"),
    Screen("watching", "new pathway", "coordinator", "pathways/new"),
    Screen("watching", "pathway from a file", "coordinator", "pathways/import"),
    Screen("watching", "pathway, being written", "coordinator", "pathways/home-care", act=write_pathway),
    Screen("watching", "reason, being written", "coordinator", "pathways/home-care", act=write_part("reasons/0")),
    Screen("watching", "question, being written", "coordinator", "pathways/home-care", act=write_part("questions/1")),
    Screen("watching", "stage, being written", "coordinator", "pathways/home-care", act=write_part("stages/2")),
    Screen("watching", "decision, being written", "coordinator", "pathways/home-care", act=write_part("sign-off/0")),
    Screen("watching", "what changes", "coordinator", "pathways/home-care", act=write_part("changes")),
    Screen("watching", "likely duplicates", "coordinator", "duplicates"),
    Screen("watching", "access journal", "coordinator", "audit"),
    Screen("emergency", "asking", "nurse", "emergency"),
    Screen("people", "my account", "nurse", "account"),
    Screen("people", "account of one who asks", "orientation-nurse", "account"),
    Screen("people", "calendar address", "nurse", "agenda/feed"),
    Screen("people", "alerts", "nurse", "push/devices"),
    Screen("people", "calm hours", "nurse", "push/attention"),
    Screen("people", "proof", "nurse", "proof"),
    Screen("people", "address", "nurse", "account/email"),
    Screen("people", "closing", "nurse", "account/closing"),
    Screen("people", "establishment", "admin", "organizations"),
    Screen("people", "a service of it", "admin", "organizations", "main a.row__link"),
    Screen("people", "opening a service", "admin", "organizations", "main a.row__link", act=open_a_service),
    Screen("people", "members", "admin", "members"),
    Screen("people", "member", "admin", "members", "main .row__link"),
    Screen("people", "invitation", "admin", "invitations/new"),
    Screen("coming in", "sign-in", "", "sign-in"),
    Screen("coming in", "asking for access", "", "access"),
    Screen("coming in", "asked", "", "access/sent"),
    Screen("coming in", "who asks for access", "coordinator", "access-requests"),
    Screen("coming in", "closed account", "", "account/closed"),
    Screen("coming in", "installing", "", "install"),
    Screen("tablets", "of the ward", "", "tablet"),
    Screen("tablets", "administered", "admin", "tablets"),
    Screen("tablets", "badges", "ward", "badges"),
    Screen("patient", "space", "", "demo/patient"),
    Screen("patient", "space in Arabic", "", "demo/patient", act=in_language("ar")),
    Screen("patient", "space in Turkish", "", "demo/patient", act=in_language("tr")),
    Screen("patient", "her week", "", "demo/patient", "main a[href$='/week']"),
    Screen("patient", "her line of life", "", "demo/patient", "main a[href$='/life']"),
    Screen("patient", "her liaison book", "", "demo/patient", "main a[href$='/notes']"),
    Screen("patient", "visit", "", "demo/patient", "main a[href*='/p/']"),
    Screen("patient", "visit in Arabic", "", "demo/patient", "main a[href*='/p/']", in_language("ar")),
    Screen("patient", "visit in Ukrainian", "", "demo/patient", "main a[href*='/p/']", in_language("uk")),
    Screen("patient", "who looked", "", "demo/patient", "main a[href$='/readers']"),
    Screen("patient", "door in Portuguese", "", "demo/patient", act=in_language("pt", go_to_the_door)),
    Screen("patient", "door, wrong words", "", "demo/patient", act=say_wrong_words),
    Screen("elsewhere", "demonstration", "", "demo"),
    Screen("elsewhere", "offline", "", "offline"),
    Screen("elsewhere", "nowhere", "", "nowhere"),
]
"""Those that are looked at only: nothing is changed on the way, and any order is right."""

SCHEDULED = in_state("scheduled")

STATES = [
    Screen("inbox", "accepted", "nurse", "inbox", OFFER, accept),
    Screen("inbox", "hour proposed", "nurse", "inbox", OFFER, propose),
    Screen("inbox", "care begun", "nurse", "inbox", OFFER, begin_care),
    Screen("inbox", "handing over", "nurse", "visits", ".stop__who a", hand_over),
    Screen("inbox", "refused", "nurse", "inbox", OFFER, refuse),
    Screen("inbox", "lost race", "nurse-3", "inbox", act=lose_the_race),
    Screen("inbox", "unreachable", "nurse", "inbox", act=forbid_alerts),
    Screen("inbox", "paused", "nurse-4", "inbox", act=pause),
    Screen("inbox", "offline", "nurse", "inbox", act=go_offline),
    Screen("person", "in hospital", "ward", ASKING, act=go_to_who_is_in_hospital()),
    Screen("person", "when he leaves", "ward", ASKING, act=go_to_who_is_in_hospital("/stay")),
    Screen("person", "line of life", "ward", ASKING, act=go_to_who_is_in_hospital("/life")),
    Screen("person", "who comes", "ward", ASKING, act=go_to_who_is_in_hospital("/agenda")),
    Screen("person", "sheet for the refrigerator", "ward", ASKING, act=go_to_who_is_in_hospital("/agenda/fridge")),
    Screen("person", "assessments", "ward", ASKING, act=go_to_who_is_in_hospital("/assessments")),
    Screen(
        "person", "an assessment, being made", "ward", ASKING, act=go_to_who_is_in_hospital("/assessments/new/aggir")
    ),
    Screen(
        "person",
        "an assessment",
        "ward",
        ASKING,
        act=go_to_somebody("28/02/1950 bou", "/assessments", "main .row__link"),
    ),
    Screen("around her", "liaison book", "doctor", ASKING, act=go_to_her_book()),
    Screen("around her", "a note, being written", "nurse-2", ASKING, act=go_to_her_book("liaison/new")),
    Screen("around her", "a note", "doctor", ASKING, act=go_to_her_note),
    Screen(
        "around her", "what a home help reads", "home-help", ASKING, act=go_to_her_book("at-home", of="25/06/1943 gau")
    ),
    Screen(
        "asking", "an opinion, asked", "orientation-nurse", "requests/new?pathway=expert-advice", act=choose_the_known
    ),
    Screen("asking", "an opinion, given", "nurse", "requests?show=all", OPINION_GIVEN, go_to_the_opinion),
    Screen("inbox", "an opinion, being written", "doctor-2", "visits", OPINION_TAKEN, go_to_the_opinion),
    Screen("inbox", "opinions of the month", "nurse", "advice/month"),
    Screen("around her", "messages among carers", "nurse-2", "requests", ASKED_FOR_HER, go_to_the_words_around_her),
    Screen("around her", "what is left to pay", "case-manager", ASKING, act=go_to_her_costs()),
    Screen("around her", "an estimate", "case-manager", ASKING, act=go_to_her_costs(follow=".panes__main .row__link")),
    Screen("around her", "an estimate, being made", "case-manager", ASKING, act=go_to_her_costs("/estimates/new")),
    Screen("around her", "help to ask for", "case-manager", ASKING, act=go_to_her_costs("/requests/new")),
    Screen(
        "around her", "help asked for", "case-manager", ASKING, act=go_to_her_costs(follow=".panes__aside .row__link")
    ),
    Screen("around her", "her contract", "case-manager", ASKING, act=go_to_her_costs("/contract")),
    Screen("asking", "patient found", "orientation-nurse", ASKING, act=search_the_known),
    Screen("asking", "request, being written", "orientation-nurse", ASKING, act=choose_the_known),
    Screen("asking", "request with mistakes", "orientation-nurse", ASKING, act=ask_without_answers),
    Screen("asking", "new patient with mistakes", "orientation-nurse", ENTERING, act=send_empty),
    Screen("asking", "request just sent", "orientation-nurse", ASKING, act=ask),
    Screen("asking", "nobody could", "orientation-nurse", "requests", in_state("unanswered")),
    Screen("asking", "hour proposed", "orientation-nurse", "requests", SCHEDULED),
    Screen("asking", "done", "orientation-nurse", "requests?show=all", in_state("done")),
    Screen("folder", "folders", "case-manager", "folders"),
    Screen("folder", "folder", "case-manager", "folders", act=go_to_her_folder()),
    Screen("folder", "folder, asked to join", "home-help", "folders", act=go_to_her_folder()),
    Screen("folder", "her team, being chosen", "case-manager", "folders", act=go_to_her_folder("/team")),
    Screen("folder", "folder, looked at again", "case-manager", "folders", act=go_to_her_folder("/review")),
    Screen("folder", "folder, being closed", "case-manager", "folders", act=go_to_her_folder("/closing")),
    Screen("folder", "plan", "case-manager", "folders", act=go_to_her_folder("/plan")),
    Screen("folder", "plan, being added to", "case-manager", "folders", act=go_to_her_folder("/plan/new/objective")),
    Screen("folder", "plan, agreed to", "case-manager", "folders", act=go_to_her_folder("/plan/agreement")),
    Screen("folder", "plan, its versions", "case-manager", "folders", act=go_to_her_folder("/plan/versions")),
    Screen("folder", "plan, on paper", "case-manager", "folders", act=go_to_her_folder("/plan/paper")),
    Screen("folder", "own actions of plans", "nurse", "plans/actions"),
    Screen("folder", "folder, being opened", "ward", ASKING, act=go_to_who_is_in_hospital("/folders/new")),
    Screen("person", "one relative", "orientation-nurse", "requests", REQUEST, act=go_to_her_relative),
    Screen("patient", "page", "orientation-nurse", "requests", SCHEDULED, go_to_the_patients_page),
    Screen("patient", "confirmed", "orientation-nurse", "requests", SCHEDULED, patient_answers("Je confirme")),
    Screen("patient", "declined", "orientation-nurse", "requests", SCHEDULED, patient_answers("Je ne peux pas")),
    Screen("patient", "relative's door", "orientation-nurse", "requests", REQUEST, act=relative_at_her_door),
    Screen("patient", "what a relative reads", "orientation-nurse", "requests", REQUEST, act=relative_reads),
    Screen("patient", "dead link", "orientation-nurse", "requests", act=dead_link),
]
"""Those that somebody must act to see: on a house of their own, since they leave their requests behind."""
