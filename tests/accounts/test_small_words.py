"""Small words that say to whom a page speaks: which territory, who is alerted, in which language the phone is."""

import pytest
from flask import Flask

from app.accounts.models import Account
from app.core.db import db, transaction
from tests.factories.town import Town


def test_the_sign_in_page_names_the_territory_where_there_is_one(app: Flask, town: Town) -> None:
    assert "CPTS Seine et Essonne" in app.test_client().get("/sign-in").text


def test_who_only_administers_is_not_asked_to_be_alerted(town: Town) -> None:
    for path in ("/account", "/push/devices"):
        assert "data-push-ask" not in town.administrator().get(path).text
        asked = town.orientation_nurse.get(path).text
        assert "Recevoir les nouvelles sur ce téléphone" in asked
        assert "Recevoir les demandes" not in asked
        assert "Recevoir les demandes sur ce téléphone" in town.nurse(f"Claire{len(path)}").get(path).text


@pytest.mark.parametrize(("chosen", "said"), [("en", "Accept"), ("fr", "Accepter")])
def test_the_service_worker_speaks_as_its_person_does(town: Town, chosen: str, said: str) -> None:
    """Whatever the browser prefers: it is what the lock screen says."""
    nurse = town.nurse("Claire")
    with transaction():
        account = db.session.get(Account, nurse.account_id)
        assert account is not None
        account.language = chosen
    other = {"Accept-Language": "fr" if chosen == "en" else "en"}
    with town.app.app_context():
        worker = nurse.client.get("/service-worker.js", headers=other).text
    assert f'accept: "{said}"' in worker
