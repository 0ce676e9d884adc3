"""A person, a case manager who opens her folder, and who is asked to make a team with her."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.models import Role
from app.core.db import db
from app.folders import queries
from app.folders.models import Folder, FolderMember
from tests.factories.town import Nurse, Person, Town


@dataclass
class Around:
    """Who is around the person. `at`: the folder's address."""

    town: Town
    patient: UUID
    manager: Person
    nurse: Nurse
    doctor: Nurse

    def opens(self, by: Person | None = None, **said: str) -> TestResponse:
        form = {"moment": "return", "why": "Elle rentre seule, au troisième.", "level": "2", "lead": "me", **said}
        if "place" not in form:
            form["place"] = str((by or self.manager).account.organizations()[0])
        return (by or self.manager).post(f"/patients/{self.patient}/folders/new", form)

    @property
    def folder(self) -> Folder:
        db.session.rollback()
        found = queries.folders_of(self.patient)
        assert found, "no folder was opened"
        return found[0]

    @property
    def at(self) -> str:
        return f"/folders/{self.folder.id}"

    def seat(self, person: Nurse | Person) -> FolderMember:
        return next(
            each
            for each in self.folder.members
            if person.account_id in (each.account_id, each.practitioner.account_id if each.practitioner else None)
        )

    def names(self, *who: Nurse) -> None:
        for each in who:
            self.manager.post(f"{self.at}/team", {"practitioner": str(each.practitioner_id)})

    def informs(self, agreed: str = "yes", how: str = "bedside") -> TestResponse:
        return self.manager.post(f"{self.at}/information", {"how": how, "agreed": agreed})

    def is_proposed(self) -> None:
        self.opens()
        self.names(self.nurse, self.doctor)
        self.informs()
        self.manager.post(f"{self.at}/proposal")

    def is_open(self) -> None:
        self.is_proposed()
        assert self.nurse.post(f"{self.at}/answer", {"answer": "yes"}).status_code == 303


@pytest.fixture
def around(app: Flask, town: Town) -> Around:
    app.config["WTF_CSRF_ENABLED"] = False
    manager = town._person("Camille", "Serra", Role.CASE_MANAGER, town.emergency_id)
    return Around(town, town.patient("Odile"), manager, town.nurse("Claire"), town.doctor("Marc"))
