"""Passkeys (WebAuthn 3): what the browser is asked, and whether its answer holds.

Keys are discoverable, so nobody types who they are, and the device always verifies its person (code, finger
or face): two factors in one gesture.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import current_app
from sqlalchemy import select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts.actions import has_passkey, lock_account, tell
from app.accounts.challenges import ask, take
from app.accounts.models import Account, Ceremony, Passkey, PasskeyLetter
from app.accounts.rules import CHALLENGE_LASTS, looks_copied
from app.accounts.sessions import may_come_in
from app.audit.actions import record
from app.core.db import db

log = structlog.get_logger()


class Refused(Exception):
    """The answer proves nothing; `str()` says why, for the log and for nobody else."""


class UnknownPasskey(Refused):
    """A key we do not know (any more): the browser may be told to forget it."""


def enrolment_options(account: Account, *, now: datetime) -> dict[str, Any]:
    """What `navigator.credentials.create` needs, as JSON with base64url bytes."""
    known = db.session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account.id))
    options = generate_registration_options(
        rp_id=rp_id(),
        rp_name="Relais",
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=account.name,
        challenge=ask(Ceremony.ENROLMENT, account.id, now=now),
        timeout=_milliseconds(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return options_to_json_dict(options)


def enrol(account: Account, answer: dict[str, Any], name: str, *, now: datetime, invited: bool = False) -> Passkey:
    """Keep the new passkey of `account`; `answer` is the browser's JSON.

    She is told by mail, but for the first key of someone `invited`, who just came from her mailbox.

    Raises `Refused`; commit all the same, since the challenge is used up.
    """
    challenge = _open(take(Ceremony.ENROLMENT, account.id, now=now))
    try:
        credential = parse_registration_credential_json(answer)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as reason:
        raise Refused(str(reason)) from reason
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == verified.credential_id)):
        raise Refused("this passkey is already enrolled")
    if not invited or has_passkey(account.id):
        tell(account, PasskeyLetter.ADDED, account.id, now=now)
    synced = verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    passkey = Passkey(
        account_id=account.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        synced=synced,
        transports=[each.value for each in credential.response.transports or []],
        name=name,
        created_at=now,
    )
    db.session.add(passkey)
    record("passkey.enrolled", account, account, now=now, synced="yes" if synced else "no")
    return passkey


def rename(passkey: Passkey, name: str, *, now: datetime) -> None:
    passkey.name = name
    record("passkey.renamed", passkey.account_id, passkey.account_id, now=now)


def remove(account: Account, passkey_id: UUID, *, now: datetime) -> bool:
    """Forget one of this person's passkeys; False when it is her last one, her only way in, or not hers."""
    lock_account(account.id)  # Two removals at once must not leave her outside.
    keys = db.session.scalars(select(Passkey).where(Passkey.account_id == account.id)).all()
    gone = next((each for each in keys if each.id == passkey_id), None)
    if gone is None or len(keys) == 1:
        return False
    db.session.delete(gone)
    key = str(passkey_id)
    record("passkey.removed", account, account, now=now, passkey=key)
    tell(account, PasskeyLetter.REMOVED, account.id, now=now)
    return True


def sign_in_options(*, now: datetime) -> dict[str, Any]:
    """What `navigator.credentials.get` needs. It names no key, so it tells nobody who has an account here."""
    options = generate_authentication_options(
        rp_id=rp_id(),
        challenge=ask(Ceremony.SIGN_IN, None, now=now),
        timeout=_milliseconds(),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def proof_options(account: Account, *, now: datetime) -> dict[str, Any]:
    """What `navigator.credentials.get` needs to prove that the person signed in is still the one at the screen."""
    known = db.session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account.id))
    options = generate_authentication_options(
        rp_id=rp_id(),
        challenge=ask(Ceremony.PROOF, account.id, now=now),
        timeout=_milliseconds(),
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def check_proof(account: Account, answer: dict[str, Any], *, now: datetime) -> None:
    """Check that one of this very person's passkeys answered; raises as `recognize`."""
    challenge = _open(take(Ceremony.PROOF, account.id, now=now))
    if _owner(answer, challenge, now=now).id != account.id:
        raise Refused("the passkey of another person")


def recognize(answer: dict[str, Any], *, now: datetime) -> Account:
    """Whose passkey answered; raises `Refused` or `UnknownPasskey`. Commit all the same, as for `enrol`."""
    challenge = _open(take(Ceremony.SIGN_IN, None, now=now))
    return _owner(answer, challenge, now=now)


def _owner(answer: dict[str, Any], challenge: bytes, *, now: datetime) -> Account:
    try:
        credential = parse_authentication_credential_json(answer)
    except (WebAuthnException, ValueError) as reason:
        raise Refused(str(reason)) from reason
    passkey = db.session.scalar(select(Passkey).where(Passkey.credential_id == credential.raw_id))
    if passkey is None:
        raise UnknownPasskey("no such passkey")
    verified = _verified(passkey, credential, challenge)
    _note_use(passkey, verified.new_sign_count, now)
    account = db.session.get_one(Account, passkey.account_id)
    if credential.response.user_handle not in (None, account.id.bytes):
        raise Refused("the passkey says another person")
    if not may_come_in(account, now):
        raise Refused("the account is closed, or belongs nowhere any more")
    return account


def _verified(passkey: Passkey, credential: AuthenticationCredential, challenge: bytes) -> VerifiedAuthentication:
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # ours is finer, see `looks_copied`
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as reason:
        raise Refused(str(reason)) from reason


def _note_use(passkey: Passkey, count: int, now: datetime) -> None:
    """Keep the new count, against the one that was read: of two answers at once, one loses."""
    if looks_copied(passkey.synced, passkey.sign_count, count):
        log.warning("passkey_counts_backwards", passkey=str(passkey.id))
        record(
            "passkey.counted_back",
            passkey.account_id,
            now=now,
            result="refused",
            passkey=passkey.id,
            known=passkey.sign_count,
            claimed=count,
        )
        raise Refused("the sign count went back")
    noted = db.session.scalar(
        update(Passkey)
        .where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
        .values(sign_count=count, last_used_at=now)
        .returning(Passkey.id)
    )
    if noted is None:
        raise Refused("the passkey was used elsewhere at the same instant")


def _open(challenge: bytes | None) -> bytes:
    if challenge is None:
        raise Refused("no challenge is open for this browser")
    return challenge


def _milliseconds() -> int:
    return int(CHALLENGE_LASTS.total_seconds() * 1000)


def rp_id() -> str:
    """The host that passkeys belong to; changing it makes every passkey useless."""
    host: str = current_app.config["SETTINGS"].host
    return host


def origin() -> str:
    """The one origin whose pages may use them."""
    parts = urlsplit(current_app.config["SETTINGS"].base_url)
    return f"{parts.scheme}://{parts.netloc}"
