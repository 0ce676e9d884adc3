"""Pro Santé Connect, the State's sign-in for professionals (OpenID Connect, FACTS 4.1): the way there and back.

Views live in the room `joining`: whose account a number belongs to is known by the directory, which stands above.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask import current_app
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import RequestException

from app.accounts.rules import EIDAS_SUBSTANTIAL, Professional, professional
from app.config import Settings
from app.core.tokens import derived_tokens, same

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Never what the token or the provider proposes: with a shared secret or without a signature anyone could write one."""

SECONDS = 10
DESCRIPTION_LASTS = timedelta(hours=1)
LEEWAY = 60  # seconds by which two clocks may differ


class NotProven(Exception):
    """What came back proves nobody; `str()` says why, for the log and for nobody else."""


class Away(Exception):
    """Pro Santé Connect did not answer, or not as it should."""


class NotAProfessional(Exception):
    """A real person, whom the State does not call a health professional in exercise with an RPPS number."""


@dataclass(frozen=True)
class Errand:
    """What goes to Pro Santé Connect and must come back: all of it from one challenge, which our database gives out
    once, and from one key of the keyring."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Provider:
    """How Pro Santé Connect described itself."""

    authorization: str
    token: str
    userinfo: str
    auth_method: str
    keys: KeySet
    read_at: datetime


def way_there(challenge: bytes, *, now: datetime) -> str:
    """Where to send the browser that was given `challenge` (`challenges.ask`). Raises `Away`."""
    there, errand = _provider(now), _errands(challenge)[0]
    with _session(there) as session:
        url, _state = session.create_authorization_url(
            there.authorization,
            state=errand.state,
            code_verifier=errand.verifier,
            nonce=errand.nonce,
            acr_values=EIDAS_SUBSTANTIAL,
        )
    return str(url)


def came_back(answer: dict[str, str], challenge: bytes, *, now: datetime) -> Professional:
    """Who stands in front of the browser that came back with `answer`; asked outside any transaction.

    Raises `NotProven`, `NotAProfessional` or `Away`.
    """
    errand = next((each for each in _errands(challenge) if same(answer.get("state", ""), each.state)), None)
    if errand is None:
        raise NotProven("the state is not the one that was given")
    if "iss" in answer and answer["iss"] != _settings().psc_issuer:
        raise NotProven("another issuer answers")  # RFC 9207
    if "code" not in answer:
        raise NotProven("no code: " + answer.get("error", "")[:40])
    there = _provider(now)
    with _session(there) as session:
        session.token = _token(session, there, answer["code"], errand)
        claims = _claims(session.token, there, errand, now)
        userinfo = _read(session, there.userinfo, withhold_token=False)
    if userinfo.get("sub") != claims["sub"]:
        raise NotProven("the userinfo is about somebody else")  # OIDC Core 5.3.2
    person = professional(userinfo)
    if person is None:
        raise NotAProfessional
    return person


def _token(session: OAuth2Session, there: Provider, code: str, errand: Errand) -> dict[str, Any]:
    try:
        token = session.fetch_token(there.token, code=code, code_verifier=errand.verifier, allow_redirects=False)
    except AuthlibBaseError as refusal:
        raise NotProven(f"the code is refused: {refusal.error}") from refusal
    except (RequestException, ValueError) as failure:
        raise Away(type(failure).__name__) from failure
    return dict(token)


def _claims(token: dict[str, Any], there: Provider, errand: Errand, now: datetime) -> dict[str, Any]:
    """What the ID token says, once its signature, issuer, audience, dates, nonce and level hold."""
    settings = _settings()
    try:
        signed = _verified(str(token.get("id_token", "")), there, now)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": settings.psc_issuer},
                "aud": {"essential": True, "value": settings.psc_client_id},
                "acr": {"essential": True, "value": EIDAS_SUBSTANTIAL},
            },
            params={
                "nonce": errand.nonce,
                "client_id": settings.psc_client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (JoseError, AuthlibBaseError, ValueError) as reason:
        raise NotProven(f"the ID token does not hold: {reason}") from reason
    return dict(claims)


def _verified(id_token: str, there: Provider, now: datetime) -> jwt.Token:
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        return jwt.decode(id_token, there.keys, registry=registry)
    except InvalidKeyIdError:  # They change their keys now and then.
        fresh = current_app.extensions["pro_sante"] = _described(now)
        return jwt.decode(id_token, fresh.keys, registry=registry)


def _provider(now: datetime) -> Provider:
    """The description, read again once an hour."""
    known: Provider | None = current_app.extensions.get("pro_sante")
    if known is None or not timedelta(0) <= now - known.read_at < DESCRIPTION_LASTS:
        known = current_app.extensions["pro_sante"] = _described(now)
    return known


def _described(now: datetime) -> Provider:
    settings = _settings()
    with OAuth2Session() as session:
        description = _read(session, settings.psc_discovery)
        if description.get("issuer") != settings.psc_issuer:
            raise Away("the description is another issuer's")
        urls = [
            str(description.get(name, ""))
            for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        ]
        if any(urlsplit(url).scheme != urlsplit(settings.psc_issuer).scheme for url in urls):
            raise Away("an address of the description is not a safe one")
        keys = _keys(_read(session, urls[3]))
    methods = description.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    return Provider(urls[0], urls[1], urls[2], method, keys, now)


def _read(session: OAuth2Session, url: str, *, withhold_token: bool = True) -> dict[str, Any]:
    try:
        answer = session.get(url, withhold_token=withhold_token, allow_redirects=False, timeout=SECONDS)
        if answer.status_code != 200:
            raise Away(f"status {answer.status_code}")
        content = answer.json()
    except (RequestException, AuthlibBaseError, ValueError) as failure:
        raise Away(type(failure).__name__) from failure
    if not isinstance(content, dict):
        raise Away("not a JSON object")
    return content


def _keys(jwks: dict[str, Any]) -> KeySet:
    try:
        return KeySet.import_key_set(jwks)  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as wrong:
        raise Away("keys that cannot be read") from wrong


def _session(there: Provider) -> OAuth2Session:
    settings = _settings()
    return OAuth2Session(
        settings.psc_client_id,
        settings.psc_client_secret,
        token_endpoint_auth_method=there.auth_method,
        scope="openid scope_all",
        redirect_uri=f"{settings.base_url}/sign-in/pro-sante-connect/return",
        code_challenge_method="S256",
        default_timeout=SECONDS,
    )


def _errands(challenge: bytes) -> list[Errand]:
    """One for each key of the keyring, the present one first: a browser may come back after a rotation."""
    purposes = "pro-sante-state", "pro-sante-nonce", "pro-sante-verifier"
    made = (derived_tokens(purpose, challenge.hex()) for purpose in purposes)
    return [Errand(*tokens) for tokens in zip(*made, strict=True)]


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
