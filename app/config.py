"""Settings, read once from the environment. Relais refuses to start when one of them is wrong."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

SMS_DIALECTS = ("plain", "smsmode")
"""How the SMS gateway is spoken to (`app/letters/sms.py`)."""

SMTP_SCHEMES = ("smtp", "smtps")

PSC_DISCOVERY = "/.well-known/wallet-openid-configuration"
"""Where Pro Santé Connect describes itself, under its issuer: not at OpenID's usual place (FACTS 4.1)."""

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
"""A host name as it travels, or an IPv4 address; another spelling in `Host` is refused by werkzeug."""


class WrongSetting(SystemExit):
    """A setting that would make Relais unsafe or useless; the message says which and what to write instead."""


@dataclass(frozen=True)
class Settings:
    """What the operator decided. `base_url` over https is what makes a configuration a production one."""

    database_url: str
    secret_key: str
    former_secret_keys: tuple[str, ...]
    data_dir: Path
    base_url: str
    demo: bool
    port: int
    push_hosts: tuple[str, ...]
    vapid_subject: str
    smtp_url: str
    mail_from: str
    audit_months: int
    retention: bool
    retention_active_years: int
    retention_archive_years: int
    idle_limit: timedelta
    tablet_idle: timedelta
    trusted_proxies: int
    trusted_hosts: tuple[str, ...]
    sms_url: str
    sms_key: str
    sms_dialect: str
    psc_issuer: str
    psc_discovery: str
    psc_client_id: str
    psc_client_secret: str
    clamd: str
    clinical_scores: str

    @property
    def pro_sante_connect(self) -> bool:
        """Whether professionals may prove themselves by the State's sign-in."""
        return bool(self.psc_issuer)

    @property
    def host(self) -> str:
        """The name by which browsers ask for Relais, and to which passkeys belong."""
        try:
            return urlsplit(self.base_url).hostname or ""
        except ValueError:
            return ""

    @property
    def production(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def mails(self) -> bool:
        """Whether a mail reaches anybody: in production, one that is written to a folder does not."""
        return bool(self.smtp_url) or not self.production

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """Read every RELAIS_* variable; raises `WrongSetting` at the first that cannot be used."""
    data_dir = Path(env.get("RELAIS_DATA", "instance")).resolve()
    port = _port(env.get("PORT", "8000"))
    base_url = env.get("RELAIS_BASE_URL", f"http://localhost:{port}").rstrip("/")
    settings = Settings(
        database_url=_database_url(env.get("RELAIS_DATABASE_URL", f"sqlite:///{data_dir / 'relais.sqlite3'}")),
        secret_key=env.get("RELAIS_SECRET_KEY", "") or _own_secret(data_dir, base_url),
        former_secret_keys=_former_secrets(env, data_dir),
        data_dir=data_dir,
        base_url=base_url,
        demo=env.get("RELAIS_DEMO", "") == "1",
        port=port,
        push_hosts=tuple(env.get("RELAIS_PUSH_HOSTS", "").replace(",", " ").split()),
        vapid_subject=env.get("RELAIS_VAPID_SUBJECT", "mailto:relais@example.org"),
        smtp_url=env.get("RELAIS_SMTP_URL", ""),
        mail_from=env.get("RELAIS_MAIL_FROM", "relais@example.org"),
        audit_months=_audit_months(env.get("RELAIS_AUDIT_MONTHS", "36")),
        retention=env.get("RELAIS_RETENTION", "") == "on",
        retention_active_years=_whole(env, "RELAIS_RETENTION_ACTIVE_YEARS", "5", least=1),
        retention_archive_years=_whole(env, "RELAIS_RETENTION_ARCHIVE_YEARS", "15", least=0),
        idle_limit=timedelta(hours=_whole(env, "RELAIS_IDLE_HOURS", "8", least=1)),
        tablet_idle=timedelta(minutes=_whole(env, "RELAIS_TABLET_IDLE_MINUTES", "5", least=1)),
        trusted_proxies=_whole(env, "RELAIS_TRUSTED_PROXIES", "0", least=0),
        trusted_hosts=tuple(env.get("RELAIS_TRUSTED_HOSTS", "").lower().replace(",", " ").split()),
        sms_url=env.get("RELAIS_SMS_URL", ""),
        sms_key=env.get("RELAIS_SMS_KEY", ""),
        sms_dialect=env.get("RELAIS_SMS_DIALECT", "plain"),
        psc_issuer=(psc_issuer := env.get("RELAIS_PSC_ISSUER", "").rstrip("/")),
        psc_discovery=env.get("RELAIS_PSC_DISCOVERY", "") or (psc_issuer and psc_issuer + PSC_DISCOVERY),
        psc_client_id=env.get("RELAIS_PSC_CLIENT_ID", ""),
        psc_client_secret=env.get("RELAIS_PSC_CLIENT_SECRET", ""),
        clamd=env.get("RELAIS_CLAMD", ""),
        clinical_scores=env.get("RELAIS_CLINICAL_SCORES", "").strip(),
    )
    _refuse_unsafe(settings)
    return settings


def _refuse_unsafe(settings: Settings) -> None:
    _refuse_unsafe_keys(settings)
    _refuse_unsafe_base(settings)
    # Push services refuse any other form, and then every phone stays silent (FACTS 2.1).
    if " " in settings.vapid_subject or not settings.vapid_subject.startswith(("mailto:", "https://")):
        raise WrongSetting("RELAIS_VAPID_SUBJECT must be mailto:someone@your.domain or an https address.")
    if settings.production and settings.demo:
        raise WrongSetting("RELAIS_DEMO=1 signs anyone in as anyone: it is refused with an https RELAIS_BASE_URL.")
    for host in settings.push_hosts:
        if settings.production and not host.startswith("https://"):
            raise WrongSetting("RELAIS_PUSH_HOSTS takes https origins only in production.")
    _refuse_mails_that_can_only_fail(settings)
    _refuse_unsafe_sms(settings)
    _refuse_half_pro_sante(settings)
    _refuse_unsafe_clamd(settings.clamd)


def _refuse_unsafe_base(settings: Settings) -> None:
    if not settings.base_url.startswith(("http://", "https://")):
        raise WrongSetting("RELAIS_BASE_URL must start with http:// or https://.")
    if not HOST.fullmatch(settings.host):
        raise WrongSetting("RELAIS_BASE_URL must name a host as browsers do: letters, digits, dots (xn--… for others).")
    for host in settings.trusted_hosts:
        if not HOST.fullmatch(host):
            raise WrongSetting("RELAIS_TRUSTED_HOSTS takes host names or IPv4 addresses, without scheme or port.")


def _refuse_half_pro_sante(settings: Settings) -> None:
    """All or nothing: a button that leads to an error is worse than none."""
    wanted = {
        "RELAIS_PSC_ISSUER": settings.psc_issuer,
        "RELAIS_PSC_CLIENT_ID": settings.psc_client_id,
        "RELAIS_PSC_CLIENT_SECRET": settings.psc_client_secret,
    }
    missing = [name for name, value in wanted.items() if not value]
    if len(missing) == len(wanted) and not settings.psc_discovery:
        return
    if missing:
        raise WrongSetting(f"{missing[0]} is missing: Pro Santé Connect needs its issuer, a client id and its secret.")
    safe = ("https",) if settings.production else ("https", "http")
    for name, url in (("RELAIS_PSC_ISSUER", settings.psc_issuer), ("RELAIS_PSC_DISCOVERY", settings.psc_discovery)):
        if urlsplit(url).scheme not in safe:
            raise WrongSetting(f"{name} must be an https address: who people are travels there.")


def _refuse_unsafe_keys(settings: Settings) -> None:
    if len(settings.secret_key) < 32:
        raise WrongSetting("RELAIS_SECRET_KEY must hold at least 32 characters.")
    for former in settings.former_secret_keys:
        if len(former) < 32 or former == settings.secret_key:
            raise WrongSetting("RELAIS_FORMER_SECRET_KEYS must hold other whole keys than RELAIS_SECRET_KEY.")


def _refuse_mails_that_can_only_fail(settings: Settings) -> None:
    """Found at the start, and not by the person who waits for her invitation."""
    if settings.smtp_url:
        _refuse_smtp(settings.smtp_url)
    name, address = parseaddr(settings.mail_from)
    try:
        written = Address(name, addr_spec=address)
        alone = len(getaddresses([settings.mail_from])) == 1 and settings.mail_from.isprintable()
    except (ValueError, IndexError, MessageError):
        alone = False
    if not (alone and written.username and written.domain and address.isascii()):
        raise WrongSetting("RELAIS_MAIL_FROM must be one address: relais@your.domain, or Relais <relais@your.domain>.")


def _refuse_smtp(url: str) -> None:
    server = urlsplit(url)
    if server.scheme not in SMTP_SCHEMES:
        raise WrongSetting("RELAIS_SMTP_URL must be smtp://mail.your.domain:587, or smtps:// where TLS comes first.")
    if not _leads_somewhere(url) or server.path.strip("/") or server.query or server.fragment:
        raise WrongSetting(
            "RELAIS_SMTP_URL must be a name and a port: smtp://name:password@mail.your.domain:587. A sign of the name "
            "or the password that is neither a letter nor a digit is written as %XX (a slash: %2F)."
        )
    if bool(server.username) != bool(server.password):
        raise WrongSetting("RELAIS_SMTP_URL needs both a name and a password, or none: smtp://name:password@host:587.")


def _leads_somewhere(url: str) -> bool:
    """It names a host that can be looked up (RFC 1035 §2.3.4), and its port, if any, is one."""
    try:
        return bool((urlsplit(url).hostname or "").encode("idna")) and urlsplit(url).port != 0
    except ValueError:
        return False


def _refuse_unsafe_sms(settings: Settings) -> None:
    if settings.sms_dialect not in SMS_DIALECTS:
        raise WrongSetting(f"RELAIS_SMS_DIALECT must be one of: {', '.join(SMS_DIALECTS)}.")
    if not settings.sms_url:
        return
    safe = ("https",) if settings.production else ("https", "http")
    if urlsplit(settings.sms_url).scheme not in safe or not _leads_somewhere(settings.sms_url):
        raise WrongSetting("RELAIS_SMS_URL must be an https address: telephone numbers and the key travel there.")
    if not settings.sms_key:
        raise WrongSetting("RELAIS_SMS_KEY is missing: the SMS gateway must know who sends.")


def _refuse_unsafe_clamd(where: str) -> None:
    """An antivirus that cannot be asked would keep every document in quarantine for ever."""
    url = urlsplit(where)
    named = url.scheme == "tcp" and url.hostname and _leads_somewhere(where) and url.port and not url.path.strip("/")
    if where and not named and not (url.scheme == "unix" and url.path.startswith("/") and not url.netloc):
        raise WrongSetting("RELAIS_CLAMD must be tcp://127.0.0.1:3310, or unix:///run/clamav/clamd.ctl.")


def _whole(env: Mapping[str, str], name: str, default: str, *, least: int) -> int:
    text = env.get(name, default)
    if not text.isdecimal() or not least <= int(text) <= 10_000:
        raise WrongSetting(f"{name} must be a whole number, {least} or more.")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise WrongSetting("PORT must be a number between 1 and 65535.")
    return int(text)


def _audit_months(text: str) -> int:
    """Six months at least, three years at most, as the CNIL recommends for the traces of accesses (FACTS 4.6)."""
    if not text.isdecimal() or not 6 <= int(text) <= 36:
        raise WrongSetting("RELAIS_AUDIT_MONTHS must be a number between 6 and 36.")
    return int(text)


def _database_url(url: str) -> str:
    """Accept the usual spellings of a PostgreSQL address; psycopg 3 is the one driver."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise WrongSetting("RELAIS_DATABASE_URL must be a sqlite:/// or postgresql:// address.")
    return url


def _former_secrets(env: Mapping[str, str], data_dir: Path) -> tuple[str, ...]:
    """The keys that still open what they made: in the environment, or as `secret-….key` beside `secret.key`."""
    files = [path.read_text().strip() for path in sorted(data_dir.glob("secret-*.key"))]
    named = [each.strip() for each in env.get("RELAIS_FORMER_SECRET_KEYS", "").split(",")]
    return (*filter(None, named), *files)


def _own_secret(data_dir: Path, base_url: str) -> str:
    """A first start on a bare machine makes its own secret and keeps it; a production one must be given it."""
    if base_url.startswith("https://"):
        raise WrongSetting("RELAIS_SECRET_KEY is missing: set it to at least 32 random characters, and keep a copy.")
    path = data_dir / "secret.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()
