"""One wrong setting, and Relais does not start: it says which, and what to write instead."""

from pathlib import Path

import pytest

from app.config import WrongSetting, read_settings

SECRET = "s" * 32
PRODUCTION = {"RELAIS_BASE_URL": "https://relais.example.org", "RELAIS_SECRET_KEY": SECRET}

STATE = {
    "RELAIS_PSC_ISSUER": "https://state.example/realm",
    "RELAIS_PSC_CLIENT_ID": "relais",
    "RELAIS_PSC_CLIENT_SECRET": "secret",
}

WRONG = {
    "a short secret": ({"RELAIS_SECRET_KEY": "short"}, "RELAIS_SECRET_KEY"),
    "no secret in production": ({**PRODUCTION, "RELAIS_SECRET_KEY": ""}, "RELAIS_SECRET_KEY"),
    "a piece of a former secret": ({"RELAIS_FORMER_SECRET_KEYS": "short"}, "RELAIS_FORMER_SECRET_KEYS"),
    "a former secret that is the present one": ({"RELAIS_FORMER_SECRET_KEYS": SECRET}, "RELAIS_FORMER_SECRET_KEYS"),
    "a base address of another kind": ({"RELAIS_BASE_URL": "ftp://relais.example.org"}, "RELAIS_BASE_URL"),
    "a base address without its scheme": ({"RELAIS_BASE_URL": "relais.example.org"}, "RELAIS_BASE_URL"),
    "a base address that is none": ({"RELAIS_BASE_URL": "http://["}, "RELAIS_BASE_URL"),
    "a base address by number alone": ({"RELAIS_BASE_URL": "http://[::1]:8000"}, "RELAIS_BASE_URL"),
    "a base address as people write it": ({"RELAIS_BASE_URL": "https://santé.example.org"}, "RELAIS_BASE_URL"),
    "another address with its scheme": ({"RELAIS_TRUSTED_HOSTS": "https://10.0.0.7"}, "RELAIS_TRUSTED_HOSTS"),
    "another database": ({"RELAIS_DATABASE_URL": "mysql://localhost/relais"}, "RELAIS_DATABASE_URL"),
    "a path for a database": ({"RELAIS_DATABASE_URL": "/var/relais.db"}, "RELAIS_DATABASE_URL"),
    "no sender of alerts": ({"RELAIS_VAPID_SUBJECT": "someone@example.org"}, "RELAIS_VAPID_SUBJECT"),
    "a space that Apple refuses": ({"RELAIS_VAPID_SUBJECT": "mailto: someone@example.org"}, "RELAIS_VAPID_SUBJECT"),
    "anyone as anyone in production": ({**PRODUCTION, "RELAIS_DEMO": "1"}, "RELAIS_DEMO"),
    "alerts in clear in production": ({**PRODUCTION, "RELAIS_PUSH_HOSTS": "http://10.0.0.1"}, "RELAIS_PUSH_HOSTS"),
    "a port in words": ({"PORT": "http"}, "PORT"),
    "a port too high": ({"PORT": "70000"}, "PORT"),
    "no port": ({"PORT": "0"}, "PORT"),
    "a mail server without its scheme": ({"RELAIS_SMTP_URL": "mail.example.org:587"}, "RELAIS_SMTP_URL"),
    "a mail server of another kind": ({"RELAIS_SMTP_URL": "https://mail.example.org"}, "RELAIS_SMTP_URL"),
    "a mail server without a name": ({"RELAIS_SMTP_URL": "smtp://:587"}, "RELAIS_SMTP_URL"),
    "a port of mails in words": ({"RELAIS_SMTP_URL": "smtp://mail.example.org:smtp"}, "RELAIS_SMTP_URL"),
    "a port of mails too high": ({"RELAIS_SMTP_URL": "smtp://mail.example.org:70000"}, "RELAIS_SMTP_URL"),
    "a name of mails without its password": ({"RELAIS_SMTP_URL": "smtp://u@mail.example.org"}, "RELAIS_SMTP_URL"),
    "a password of mails without its name": ({"RELAIS_SMTP_URL": "smtp://:p@mail.example.org"}, "RELAIS_SMTP_URL"),
    "a slash in a password of mails": ({"RELAIS_SMTP_URL": "smtp://u:p/w@mail.example.org:25"}, "RELAIS_SMTP_URL"),
    "a page on the mail server": ({"RELAIS_SMTP_URL": "smtp://mail.example.org/relais"}, "RELAIS_SMTP_URL"),
    "a mail server without a name between two dots": (
        {"RELAIS_SMTP_URL": "smtp://mail..example.org"},
        "RELAIS_SMTP_URL",
    ),
    "a mail server with a name too long to look up": (
        {"RELAIS_SMTP_URL": "smtp://" + 64 * "m" + ".org"},
        "RELAIS_SMTP_URL",
    ),
    "a sender without a domain": ({"RELAIS_MAIL_FROM": "relais"}, "RELAIS_MAIL_FROM"),
    "a sender's name alone": ({"RELAIS_MAIL_FROM": "Relais <relais>"}, "RELAIS_MAIL_FROM"),
    "two senders": ({"RELAIS_MAIL_FROM": "a@example.org, b@example.org"}, "RELAIS_MAIL_FROM"),
    "a sender of two lines": ({"RELAIS_MAIL_FROM": "a@example.org\nBcc: b@example.org"}, "RELAIS_MAIL_FROM"),
    "a space in a sender": ({"RELAIS_MAIL_FROM": "re lais@example.org"}, "RELAIS_MAIL_FROM"),
    "no sender at all": ({"RELAIS_MAIL_FROM": ""}, "RELAIS_MAIL_FROM"),
    "a gateway without a name": ({"RELAIS_SMS_URL": "https:///sms", "RELAIS_SMS_KEY": "k"}, "RELAIS_SMS_URL"),
    "a gateway's port in words": (
        {"RELAIS_SMS_URL": "https://s.example:sms/", "RELAIS_SMS_KEY": "k"},
        "RELAIS_SMS_URL",
    ),
    "half of Pro Santé Connect": ({"RELAIS_PSC_ISSUER": "https://state.example"}, "RELAIS_PSC_CLIENT_ID"),
    "Pro Santé Connect without its issuer": ({**STATE, "RELAIS_PSC_ISSUER": ""}, "RELAIS_PSC_ISSUER"),
    "Pro Santé Connect without its secret": ({**STATE, "RELAIS_PSC_CLIENT_SECRET": ""}, "RELAIS_PSC_CLIENT_SECRET"),
    "only where it describes itself": ({"RELAIS_PSC_DISCOVERY": "https://state.example/d"}, "RELAIS_PSC_ISSUER"),
    "Pro Santé Connect in clear": (
        {**PRODUCTION, **STATE, "RELAIS_PSC_ISSUER": "http://state.example"},
        "RELAIS_PSC_ISSUER",
    ),
    "its description in clear": (
        {**PRODUCTION, **STATE, "RELAIS_PSC_DISCOVERY": "http://s.example"},
        "RELAIS_PSC_DISCOVERY",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_stops_the_start_and_is_named(case: str, tmp_path: Path) -> None:
    changed, named = WRONG[case]
    with pytest.raises(WrongSetting, match=named):
        read_settings({"RELAIS_DATA": str(tmp_path), "RELAIS_SECRET_KEY": SECRET, **changed})


@pytest.mark.parametrize(
    "right",
    [
        {"RELAIS_SMTP_URL": "smtp://mail.example.org"},
        {"RELAIS_SMTP_URL": "smtp://relais:p%2Fw@mail.example.org:587"},
        {"RELAIS_SMTP_URL": "smtps://relais:secret@mail.example.org/"},
        {"RELAIS_SMTP_URL": "smtp://[::1]:25"},
        {"RELAIS_MAIL_FROM": "relais@chu.local"},
        {"RELAIS_MAIL_FROM": "Relais <relais@chu.fr>"},
        {"RELAIS_MAIL_FROM": '"Relais, Évry" <relais@chu.fr>'},
    ],
)
def test_every_usual_way_to_a_mail_server_is_understood(right: dict[str, str], tmp_path: Path) -> None:
    settings = read_settings({"RELAIS_DATA": str(tmp_path), "RELAIS_SECRET_KEY": SECRET, **right})
    assert set(right.values()) <= {settings.smtp_url, settings.mail_from}


@pytest.mark.parametrize("spelling", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_usual_spelling_of_postgresql_is_understood(spelling: str, tmp_path: Path) -> None:
    settings = read_settings(
        {"RELAIS_DATA": str(tmp_path), "RELAIS_SECRET_KEY": SECRET, "RELAIS_DATABASE_URL": spelling}
    )
    assert settings.database_url == "postgresql+psycopg://u@h/d"
    assert not settings.sqlite


def test_a_bare_machine_makes_its_own_secret_once(tmp_path: Path) -> None:
    data = tmp_path / "new"
    first, second = (read_settings({"RELAIS_DATA": str(data)}) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (data / "secret.key").stat().st_mode & 0o077 == 0, "nobody else may read it"


def test_https_is_production(tmp_path: Path) -> None:
    assert read_settings({"RELAIS_DATA": str(tmp_path), **PRODUCTION}).production
    assert not read_settings({"RELAIS_DATA": str(tmp_path), "RELAIS_SECRET_KEY": SECRET}).production


def test_pro_sante_connect_is_off_unless_told(tmp_path: Path) -> None:
    bare = {"RELAIS_DATA": str(tmp_path), "RELAIS_SECRET_KEY": SECRET}
    assert not read_settings(bare).pro_sante_connect
    told = read_settings({**bare, **STATE})
    assert told.pro_sante_connect
    assert told.psc_discovery == "https://state.example/realm/.well-known/wallet-openid-configuration"


def test_former_secrets_come_from_the_environment_and_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret-2025.key").write_text("f" * 40 + "\n")
    env = {"RELAIS_DATA": str(tmp_path), "RELAIS_SECRET_KEY": SECRET}
    named = {**env, "RELAIS_FORMER_SECRET_KEYS": f"{'a' * 32},{'b' * 32}"}
    assert read_settings(named).former_secret_keys == ("a" * 32, "b" * 32, "f" * 40)
