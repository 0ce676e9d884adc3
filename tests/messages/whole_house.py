"""The whole house, where the tales of this folder need more than one room."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

from app import create_app
from app.core.db import db
from tests.conftest import close_engines, settings_for
from tests.factories.town import Nurse


def whole_house(engine_url: str, folder: Path, **more: str) -> Iterator[Flask]:
    app = create_app(settings_for(engine_url, folder, **more))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        yield app
        db.session.remove()
        close_engines()


def mails(folder: Path) -> list[EmailMessage]:
    paths = sorted((folder / "mail").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]  # type: ignore[misc]


def phone_confirms(nurse: Nurse) -> None:
    """Her phone's worker reports the last notice as received."""
    receipt = nurse.notices()[-1]["receipt"]
    answer = nurse.client.post(f"/{receipt['path']}", json={"token": receipt["token"]})  # type: ignore[index]
    assert answer.status_code == 204
