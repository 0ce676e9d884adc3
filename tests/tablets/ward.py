"""A ward with its tablet, for the tales of this folder."""

import re
from dataclasses import dataclass

from app.accounts.models import Role
from tests.factories.town import Person, Town

CODE = "271828"


@dataclass
class Ward:
    """`tablet` is the browser of the tablet; who is in front of it changes."""

    town: Town
    administrator: Person
    tablet: Person
    tablet_id: str

    def nurse(self, given: str) -> Person:
        return self.town._person(given, "Soignante", Role.REQUESTER, self.town.emergency_id)

    def chooses(self, nurse: Person, code: str = CODE) -> str:
        """With a code from her phone, on the tablet; she then has it in her hands. Returns where her code is typed."""
        assert nurse.post(f"/badges/{self.tablet_id}").status_code == 303
        ticket = shown(nurse.get("/badges").text)
        answer = self.tablet.post("/tablet/code", {"ticket": ticket, "code": code, "again": code})
        assert answer.status_code == 303, answer.text
        self.locks()
        name = nurse.account.name
        found = re.search(rf'href="(/tablet/[0-9a-f-]+)">.*?{name}', self.tablet.get("/tablet").text)
        assert found, f"{name} is not on the locked screen"
        return found[1]

    def locks(self) -> None:
        assert self.tablet.post("/tablet/lock").location == "/tablet"


def shown(page: str) -> str:
    """The eight letters and digits of a page."""
    found = re.search(r'class="code-shown"><b>(\w{4}) (\w{4})<', page)
    assert found, page
    return found[1] + found[2]


def enrolled(town: Town, administrator: Person | None = None) -> Ward:
    administrator = administrator or town._person("Ada", "Ministre", Role.ADMINISTRATOR, town.emergency_id)
    made = administrator.post("/tablets", {"name": "Poste de soins", "organization_id": str(town.emergency_id)})
    assert made.status_code == 303
    tablet = town.stranger()
    answer = tablet.post("/tablet", {"ticket": shown(administrator.get(made.location).text)})
    assert answer.status_code == 303
    return Ward(town, administrator, tablet, made.location.rpartition("/")[2])
