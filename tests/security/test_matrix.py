"""Every route, asked by everyone: what each hears stands in a table, and a route without a row fails.

The world: one request of the emergency department, taken by one nurse; the ids in the addresses are theirs. What a
form may hold, and what a rightful act does, is tested room by room; here only who is let in.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import clock
from app.accounts.models import Passkey, Role, SignIn
from app.advice.models import Advice
from app.assessments.actions import write_down
from app.assessments.library import grids
from app.care_requests.models import CareRequest, CareTask, EpisodeDocument
from app.circles import actions as circles
from app.circles.models import CareTeamMember, Told, Usual
from app.consents.agreements import agree
from app.consents.models import Consent, Objection, Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, new_id, transaction
from app.costs.terms import FundingSituation
from app.directory.models import Practitioner
from app.dispatch.models import Inquiry
from app.documents.models import Document
from app.drafts.actions import keep
from app.folders import actions as folders
from app.folders import team
from app.folders.models import FolderMember
from app.folders.rules import CriticalMoment
from app.folders.team import TeamCandidate
from app.funding.actions import WrittenBy, ask_funder, begin_estimate
from app.funding.rules import Funder
from app.joining.models import AccessRequest
from app.liaison import actions as liaison
from app.liaison.models import Note
from app.liaison.rules import NoteType
from app.membership.models import Invitation
from app.passages.models import Passage
from app.patients.merging import merge, note_likely
from app.patients.models import EmergencyAccess, LikelyDuplicate, Patient, PatientTelecom
from app.plans.actions import PlanAuthor, add
from app.plans.rules import PlanKind
from app.push.models import Subscription
from app.relatives import actions as relatives
from app.relatives.actions import Decides, RelativeSaid
from app.relatives.models import LegalProtection
from app.rights.models import Rectification
from app.rights.rectifying import ask_rectification
from tests.factories import files
from tests.factories.town import Nurse, Person, Town
from tests.passages.care import TEN_DAYS
from tests.tablets.ward import CODE, enrolled

REQUESTERS = ("requester", "case-manager")
ELSEWHERE = ("requester elsewhere",)
PRACTITIONERS = ("winner", "asked", "not asked", "usual")
COORDINATORS = ("coordinator", "coordinator elsewhere")
ADMINISTRATORS = ("administrator",)
SENIORS = ("senior", "senior elsewhere")
TABLET = "at the tablet"  # the requester, come in with her short code on the shared tablet of her ward
SIGNED_IN = (*SENIORS, *REQUESTERS, *ELSEWHERE, *PRACTITIONERS, *COORDINATORS, *ADMINISTRATORS, TABLET)
EVERYONE = ("stranger", *SIGNED_IN)

PROGRAMS = ("/push/", "/offers/notice-answers/")
"""What a service worker and the SMS gateway send is JSON."""

Row = dict[str, str]


def row(otherwise: str, *, stranger: str = "sign-in", **let: tuple[str, ...]) -> Row:
    """Everyone hears `otherwise`, except those of `let` (`comes_in`, `not_found`, `forbidden`)."""
    heard = {"stranger": stranger, **dict.fromkeys(SIGNED_IN, otherwise), TABLET: "forbidden"}
    for answer, people in let.items():
        heard.update(dict.fromkeys(people, answer.replace("_", " ")))
    return heard


def only(*people: str, foreign: tuple[str, ...] = ()) -> Row:
    """`people` come in; `foreign` have the role, but it is not theirs; all others have not even the role."""
    return row("forbidden", comes_in=people, not_found=foreign)


def tablet_too(heard: Row, says: str = "comes in") -> Row:
    """On a shared tablet nothing is allowed but what says so here."""
    return {**heard, TABLET: says}


def mine_alone(person: str) -> Row:
    return row("not found", comes_in=(person,))


PUBLIC = tablet_too(row("comes in", stranger="comes in"))
TOKEN = tablet_too(row("not found", stranger="not found"), "not found")  # the token in the address is unknown
MEMBERS = row("comes in")
ASKS = tablet_too(only(*REQUESTERS, *ELSEWHERE, *PRACTITIONERS))
ANSWERS = only(*PRACTITIONERS)
OFFER = only("winner", foreign=("asked", "not asked", "usual"))
REQUEST = tablet_too(only(*REQUESTERS, foreign=(*ELSEWHERE, *PRACTITIONERS)))
FOLLOWED = tablet_too(only(*REQUESTERS, "coordinator", foreign=(*ELSEWHERE, *PRACTITIONERS, "coordinator elsewhere")))
WATCHED = only("coordinator", foreign=("coordinator elsewhere",))
PEOPLE = only(*ADMINISTRATORS, foreign=COORDINATORS)
OWN_CODE = only("requester", *ELSEWHERE)
CARES = only(*REQUESTERS, *ELSEWHERE, *PRACTITIONERS, *COORDINATORS)
AT_TABLET = tablet_too(row("forbidden"))

READS = row("not found", comes_in=(*REQUESTERS, "senior", "winner"))

PERSON = tablet_too(only(*REQUESTERS, "winner", foreign=(*ELSEWHERE, "asked", "not asked", "usual")))

HER_NOTE = tablet_too(only("requester", foreign=(*ELSEWHERE, "asked", "not asked", "usual")), "forbidden")
"""A note of the liaison book; its author alone corrects or withdraws it."""

THREAD = tablet_too(
    only(*REQUESTERS, "winner", foreign=(*ELSEWHERE, "asked", "not asked", "usual", *COORDINATORS)),
)
"""Who asked, with her team, and who took it; a coordinator where it came into her hands."""

FUNDING = only("case-manager")

DECIDES = only("coordinator", foreign=("coordinator elsewhere",))

WRITTEN = only("coordinator", foreign=("coordinator elsewhere",))
"""A pathway that the coordinator's territory is writing, until another territory begins one of that name too."""

FOLDER = tablet_too(only(*REQUESTERS, "winner", foreign=(*ELSEWHERE, "asked", "not asked", "usual")))
"""Where the folder was opened, the case manager who coordinates it, and the nurse of its team."""

LEADS = tablet_too(only("case-manager", foreign=(*ELSEWHERE, "asked", "not asked", "usual")), "forbidden")

SEATED = tablet_too(
    only("case-manager", "winner", foreign=("requester", *ELSEWHERE, "asked", "not asked", "usual")), "not found"
)

TABLE: dict[str, Row] = {
    "GET /access": PUBLIC,
    "POST /access": PUBLIC,
    "GET /access-requests": only(*COORDINATORS),
    "GET /access-requests/<uuid:asked_id>": DECIDES,
    "POST /access-requests/<uuid:asked_id>/acceptance": DECIDES,
    "POST /access-requests/<uuid:asked_id>/refusal": DECIDES,
    "GET /access/code": PUBLIC,
    "POST /access/code": PUBLIC,
    "GET /access/sent": PUBLIC,
    "GET /": tablet_too(MEMBERS),
    "GET /account": MEMBERS,
    "GET /account/closed": PUBLIC,
    "GET /account/closing": MEMBERS,
    "POST /account/closing": MEMBERS,
    "GET /account/email": MEMBERS,
    "POST /account/email": MEMBERS,
    "GET /account/email/code": MEMBERS,
    "POST /account/email/code": MEMBERS,
    "POST /account/language": MEMBERS,
    "POST /account/lock-screen": MEMBERS,
    "POST /account/recovery/cancellation": MEMBERS,
    # The requester's side, the doctor who decides for it, and who accepted.
    "POST /documents": ASKS,
    "GET /documents/<uuid:document_id>": tablet_too(READS),
    "GET /documents/<uuid:document_id>/pages/<int:number>": tablet_too(READS),
    "GET /documents/<uuid:document_id>/file": READS,
    "GET /agenda": ANSWERS,
    "GET /agenda/feed": ANSWERS,
    "POST /agenda/feed": ANSWERS,
    "POST /agenda/feed/revocation": ANSWERS,
    "GET /agenda/feed/<token>.ics": TOKEN,
    "GET /agenda/visits/<uuid:visit_id>": OFFER,
    "POST /agenda/visits/<uuid:visit_id>/move": OFFER,
    "POST /agenda/visits/<uuid:visit_id>/undo": OFFER,
    "GET /audit": only(*COORDINATORS),
    "GET /badges": OWN_CODE,
    "POST /badges/<uuid:tablet_id>": only("requester", foreign=ELSEWHERE),
    "POST /badges/<uuid:tablet_id>/removal": only("requester", foreign=ELSEWHERE),
    "GET /board": only(*COORDINATORS),
    "GET /communes": {**ASKS, **dict.fromkeys(ADMINISTRATORS, "comes in")},
    "GET /patients/<uuid:patient_id>/at-home": PERSON,
    "GET /patients/<uuid:patient_id>/liaison": PERSON,
    "POST /patients/<uuid:patient_id>/liaison": PERSON,
    "GET /patients/<uuid:patient_id>/liaison/new": PERSON,
    "GET /patients/<uuid:patient_id>/liaison/<uuid:note_id>": PERSON,
    "POST /patients/<uuid:patient_id>/liaison/<uuid:note_id>/answers": PERSON,
    "POST /patients/<uuid:patient_id>/liaison/<uuid:note_id>/correction": HER_NOTE,
    "POST /patients/<uuid:patient_id>/liaison/<uuid:note_id>/sighting": PERSON,
    "POST /patients/<uuid:patient_id>/liaison/<uuid:note_id>/withdrawal": HER_NOTE,
    "POST /patients/<uuid:patient_id>/safety-note": PERSON,
    "GET /patients/<uuid:patient_id>/life": PERSON,
    "GET /patients/<uuid:patient_id>/agenda": PERSON,
    "GET /patients/<uuid:patient_id>/agenda/fridge": PERSON,
    "GET /patients/<uuid:patient_id>/assessments": PERSON,
    "GET /patients/<uuid:patient_id>/assessments/new/<grid>": PERSON,
    "POST /patients/<uuid:patient_id>/assessments/new/<grid>": PERSON,
    "GET /patients/<uuid:patient_id>/assessments/<uuid:assessment_id>": PERSON,
    "POST /patients/<uuid:patient_id>/assessments/<uuid:assessment_id>/withdrawal": tablet_too(
        only("requester", foreign=(*ELSEWHERE, "asked", "not asked", "usual")), "forbidden"
    ),
    "GET /advice/<uuid:request_id>": PERSON,  # Who asked, with her team, and who took it.
    "POST /advice/<uuid:request_id>/opinion": PERSON,
    "GET /advice/month": ASKS,
    "GET /advice/month/table": ASKS,
    # Who follows people over time; a ward's nurses and who takes the care read nothing of what it costs.
    "GET /patients/<uuid:patient_id>/funding": FUNDING,
    "GET /patients/<uuid:patient_id>/funding/contract": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/contract": FUNDING,
    "GET /patients/<uuid:patient_id>/funding/estimates/new": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/estimates/new": FUNDING,
    "GET /patients/<uuid:patient_id>/funding/estimates/<uuid:estimate_id>": FUNDING,
    "GET /patients/<uuid:patient_id>/funding/estimates/<uuid:estimate_id>/services/<service>": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/estimates/<uuid:estimate_id>/services/<service>": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/estimates/<uuid:estimate_id>/services/<service>/removal": FUNDING,
    "GET /patients/<uuid:patient_id>/funding/estimates/<uuid:estimate_id>/situation": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/estimates/<uuid:estimate_id>/situation": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/estimates/<uuid:estimate_id>/state": FUNDING,
    "GET /patients/<uuid:patient_id>/funding/requests/new": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/requests/new": FUNDING,
    "GET /patients/<uuid:patient_id>/funding/requests/<uuid:funding_request_id>": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/requests/<uuid:funding_request_id>": FUNDING,
    "POST /patients/<uuid:patient_id>/funding/requests/<uuid:funding_request_id>/owner": FUNDING,
    "GET /conversations/<uuid:request_id>": THREAD,
    "POST /conversations/<uuid:request_id>/lines": THREAD,
    "POST /conversations/<uuid:request_id>/sighting": THREAD,
    "GET /patients/<uuid:patient_id>/conversation": PERSON,
    "POST /patients/<uuid:patient_id>/conversation/lines": PERSON,
    "POST /patients/<uuid:patient_id>/conversation/sighting": PERSON,
    "GET /decisions": only(*SENIORS),
    "POST /decisions/<uuid:request_id>": only("senior", foreign=("senior elsewhere",)),
    "POST /devices/<uuid:sign_in_id>/sign-out": mine_alone("requester"),
    "POST /devices/sign-out": MEMBERS,
    "GET /drafts/<uuid:draft_id>": tablet_too(mine_alone("requester"), "not found"),
    "POST /drafts/<uuid:draft_id>/removal": tablet_too(mine_alone("requester"), "not found"),
    "GET /duplicates": only(*COORDINATORS),
    "POST /duplicates/<uuid:pair_id>": only("coordinator", foreign=("coordinator elsewhere",)),
    "POST /duplicates/merges/<uuid:merge_id>/undoing": only("coordinator", foreign=("coordinator elsewhere",)),
    "GET /emergency": CARES,
    "POST /emergency": CARES,
    "GET /emergency/<uuid:access_id>": only(*ELSEWHERE, foreign=(*REQUESTERS, *PRACTITIONERS, *COORDINATORS)),
    "POST /emergency/<uuid:access_id>/acknowledgement": only("coordinator", foreign=("coordinator elsewhere",)),
    "GET /handover": ASKS,
    "POST /handover": AT_TABLET,
    "GET /healthz": PUBLIC,
    "GET /inbox": ANSWERS,
    "POST /inbox/availability": ANSWERS,
    "GET /inbox/copies": ANSWERS,
    "POST /inbox/copies/sighting": ANSWERS,
    "GET /install": PUBLIC,
    # An invitation's link answers alike whether or not it exists, so that nobody learns who was invited.
    "GET /invitation/<uuid:invitation_id>": PUBLIC,
    "POST /invitation/<uuid:invitation_id>": PUBLIC,
    # Whose browser gave no code finds no answer to give.
    "POST /invitation/<uuid:invitation_id>/acceptance": row("not found"),
    "POST /invitation/<uuid:invitation_id>/refusal": TOKEN,
    "POST /invitation/<uuid:invitation_id>/own-account": TOKEN,
    "POST /invitation/<uuid:invitation_id>/passkey/options": tablet_too(row("sign-in"), "sign-in"),
    "POST /invitation/<uuid:invitation_id>/passkey/verification": tablet_too(row("sign-in"), "sign-in"),
    "GET /invitations/new": only(*COORDINATORS, *ADMINISTRATORS),
    "POST /invitations/new": only(*COORDINATORS, *ADMINISTRATORS),
    "GET /invitations/<uuid:invitation_id>": only(*ADMINISTRATORS, foreign=COORDINATORS),
    "POST /invitations/shown": only(*COORDINATORS, *ADMINISTRATORS),
    "GET /live/changes": row("forbidden"),  # The same.
    "GET /live": row("forbidden"),  # No topic is named, so there is nothing one may hear.
    "GET /manifest.webmanifest": PUBLIC,
    "GET /members": only(*COORDINATORS, *ADMINISTRATORS),
    "GET /members/<uuid:organization_id>/<uuid:account_id>": PEOPLE,
    "POST /members/<uuid:organization_id>/<uuid:account_id>/recovery": only(*ADMINISTRATORS),
    "POST /members/<uuid:organization_id>/<uuid:account_id>/recovery/cancellation": only(foreign=ADMINISTRATORS),
    "POST /members/<uuid:organization_id>/<uuid:account_id>/recovery/confirmation": only(*ADMINISTRATORS),
    "POST /members/<uuid:organization_id>/<uuid:account_id>/removal": PEOPLE,
    "POST /members/<uuid:organization_id>/invitations/<uuid:invitation_id>/removal": PEOPLE,
    "POST /members/<uuid:organization_id>/invitations/<uuid:invitation_id>/renewal": PEOPLE,
    "GET /metrics": PUBLIC,
    "GET /offers/<uuid:offer_id>": OFFER,
    "POST /offers/<uuid:offer_id>/acceptance": OFFER,
    "POST /offers/<uuid:offer_id>/appointment": OFFER,
    "POST /offers/<uuid:offer_id>/called": OFFER,
    "POST /offers/<uuid:offer_id>/checklist": OFFER,
    "POST /offers/<uuid:offer_id>/end": OFFER,
    "POST /offers/<uuid:offer_id>/outcome": OFFER,
    "GET /offers/<uuid:offer_id>/handover": OFFER,
    "POST /offers/<uuid:offer_id>/handover": OFFER,
    "POST /offers/<uuid:offer_id>/question": OFFER,
    "POST /offers/<uuid:offer_id>/refusal": OFFER,
    "POST /offers/<uuid:offer_id>/relay": OFFER,
    "POST /offers/<uuid:offer_id>/sighting": OFFER,
    "POST /offers/<uuid:offer_id>/start": OFFER,
    "POST /offers/<uuid:offer_id>/withdrawal": OFFER,
    "POST /offers/notice-answers/<uuid:message_id>": TOKEN,
    "GET /offline": PUBLIC,
    "GET /p/<token>": TOKEN,
    "GET /p/<token>/advice": TOKEN,
    "POST /p/<token>/answer": TOKEN,
    "POST /p/<token>/call": TOKEN,
    "POST /p/<token>/outcome": TOKEN,
    "POST /p/<token>/reading": TOKEN,
    "GET /p/<token>/visit.ics": TOKEN,
    "POST /p/<token>/wishes": TOKEN,
    "GET /passkeys/<uuid:passkey_id>": mine_alone("requester"),
    "POST /passkeys/<uuid:passkey_id>/name": mine_alone("requester"),
    "POST /passkeys/<uuid:passkey_id>/removal": mine_alone("requester"),
    "POST /passkeys/options": MEMBERS,
    "POST /passkeys/verification": MEMBERS,
    "GET /organizations": only(*ADMINISTRATORS),
    "GET /organizations/<uuid:organization_id>": only(*ADMINISTRATORS),
    "GET /organizations/<uuid:organization_id>/description": only(*ADMINISTRATORS),
    "POST /organizations/<uuid:organization_id>/description": only(*ADMINISTRATORS),
    "GET /organizations/<uuid:organization_id>/parts/new": only(*ADMINISTRATORS),
    "POST /organizations/<uuid:organization_id>/parts/new": only(*ADMINISTRATORS),
    "POST /organizations/<uuid:organization_id>/requests": only(*ADMINISTRATORS),
    "POST /organizations/<uuid:organization_id>/charge": only(*ADMINISTRATORS),
    # The last administrator stays: only a part of a house that she administers is closed.
    "POST /organizations/<uuid:organization_id>/closing": row("forbidden"),
    "GET /patients/identity": only(*REQUESTERS, *ELSEWHERE, *PRACTITIONERS),
    "POST /patients/identity": only(*REQUESTERS, *ELSEWHERE, *PRACTITIONERS),
    "GET /patients/identity/ins": only(*REQUESTERS, *ELSEWHERE, *PRACTITIONERS),
    "POST /patients/identity/ins": only(*REQUESTERS, *ELSEWHERE, *PRACTITIONERS),
    # Who registered her, asked for her, said yes, or usually cares for her.
    "POST /passages/<uuid:passage_id>/delay": OFFER,
    "POST /passages/<uuid:passage_id>/line": OFFER,
    "POST /passages/<uuid:passage_id>/outcome": OFFER,
    "GET /patients/<uuid:patient_id>": PERSON,
    "GET /patients/<uuid:patient_id>/correction": PERSON,
    "POST /patients/<uuid:patient_id>/identity-check": PERSON,
    "POST /patients/<uuid:patient_id>/correction": PERSON,
    "GET /patients/<uuid:patient_id>/wishes": PERSON,
    "POST /patients/<uuid:patient_id>/consents/<uuid:consent_id>/withdrawal": PERSON,
    "POST /patients/<uuid:patient_id>/objections": PERSON,
    "POST /patients/<uuid:patient_id>/copy": row("forbidden", not_found=(*REQUESTERS, *ELSEWHERE, *PRACTITIONERS)),
    "POST /patients/<uuid:patient_id>/objections/<uuid:objection_id>/lifting": PERSON,
    "POST /patients/<uuid:patient_id>/rectifications/<uuid:rectification_id>": PERSON,
    "GET /patients/<uuid:patient_id>/relatives": PERSON,
    "POST /patients/<uuid:patient_id>/relatives": PERSON,
    "GET /patients/<uuid:patient_id>/relatives/<uuid:relative_id>": PERSON,
    "POST /patients/<uuid:patient_id>/relatives/<uuid:relative_id>": PERSON,
    "POST /patients/<uuid:patient_id>/relatives/<uuid:relative_id>/end": PERSON,
    "POST /patients/<uuid:patient_id>/relatives/<uuid:relative_id>/trust": PERSON,
    "POST /patients/<uuid:patient_id>/trust/revocation": PERSON,
    "POST /patients/<uuid:patient_id>/protections": PERSON,
    "POST /patients/<uuid:patient_id>/protections/<uuid:protection_id>/end": PERSON,
    "GET /patients/<uuid:patient_id>/numbers": PERSON,
    "POST /patients/<uuid:patient_id>/telephones": PERSON,
    "POST /patients/<uuid:patient_id>/telephones/<uuid:telecom_id>/removal": PERSON,
    "POST /patients/<uuid:patient_id>/ins": PERSON,
    "POST /patients/<uuid:patient_id>/local-number": PERSON,
    "GET /patients/<uuid:patient_id>/circle": PERSON,
    "POST /patients/<uuid:patient_id>/circle": PERSON,
    "POST /patients/<uuid:patient_id>/circle/<uuid:member_id>/end": PERSON,
    "GET /patients/<uuid:patient_id>/stay": PERSON,
    "POST /patients/<uuid:patient_id>/stay": PERSON,
    "POST /patients/<uuid:patient_id>/stay/exit": PERSON,
    "POST /patients/<uuid:patient_id>/stay/end": PERSON,
    "GET /patients/<uuid:patient_id>/death": PERSON,
    "POST /patients/<uuid:patient_id>/death": PERSON,
    "POST /patients/<uuid:patient_id>/death/undoing": PERSON,
    "GET /patients/<uuid:patient_id>/move": PERSON,
    "POST /patients/<uuid:patient_id>/move": PERSON,
    "GET /patients/new": ASKS,
    "POST /patients/new": ASKS,
    "GET /practice": ANSWERS,
    "POST /practice/replacement": ANSWERS,
    "POST /practice/return": ANSWERS,
    "POST /practice/skills": ANSWERS,
    "GET /pathways": only(*COORDINATORS),
    "GET /pathways/<slug>": only(*COORDINATORS),
    "POST /pathways/<slug>/activation": WRITTEN,
    "POST /pathways/<slug>/catalogue": only(*COORDINATORS),
    "GET /pathways/<slug>/draft": WRITTEN,
    "POST /pathways/<slug>/draft": only(*COORDINATORS),
    "GET /pathways/<slug>/draft/<part>/<int:number>": WRITTEN,
    "POST /pathways/<slug>/draft/<part>/<int:number>": WRITTEN,
    "POST /pathways/<slug>/draft/<part>/<int:number>/place": WRITTEN,
    "POST /pathways/<slug>/draft/<part>/<int:number>/removal": only(*COORDINATORS),
    "GET /pathways/<slug>/draft/changes": WRITTEN,
    "GET /pathways/<slug>/draft/file": WRITTEN,
    "POST /pathways/<slug>/draft/removal": only(*COORDINATORS),
    "POST /pathways/<slug>/draft/replay": WRITTEN,
    "GET /pathways/<slug>/file": only(*COORDINATORS),
    "GET /pathways/import": only(*COORDINATORS),
    "POST /pathways/import": only(*COORDINATORS),
    "GET /pathways/new": only(*COORDINATORS),
    "POST /pathways/new": only(*COORDINATORS),
    "GET /proof": MEMBERS,
    "POST /proof/options": MEMBERS,
    "GET /proof/pro-sante-connect": row("not found"),  # It is off here; tests/joining turns it on.
    "POST /proof/verification": MEMBERS,
    "GET /push/attention": MEMBERS,
    "POST /push/attention": MEMBERS,
    "GET /push/devices": MEMBERS,
    "POST /push/devices/<uuid:device_id>/removal": mine_alone("winner"),
    "GET /push/key": MEMBERS,
    "POST /push/receipts/<uuid:message_id>": TOKEN,
    "POST /push/sms-reports/<uuid:message_id>/<token>": TOKEN,
    "POST /push/subscription": row("forbidden"),  # An empty address is on nobody's list of push services.
    "POST /push/subscription/renewal": tablet_too(row("forbidden", stranger="forbidden"), "forbidden"),
    "DELETE /push/subscription": MEMBERS,
    "GET /push/test": MEMBERS,
    "POST /push/test": MEMBERS,
    "GET /r/<token>": TOKEN,
    "POST /r/<token>": TOKEN,
    "POST /r/<token>/<key>/notes": TOKEN,
    "GET /r/<token>/<key>": TOKEN,
    "GET /r/<token>/<key>/life": TOKEN,
    "GET /r/<token>/<key>/documents/<uuid:document_id>": TOKEN,
    "GET /r/<token>/<key>/documents/<uuid:document_id>/pages/<int:number>": TOKEN,
    "GET /recoveries/<uuid:recovery_id>/<token>": TOKEN,
    "POST /recoveries/<uuid:recovery_id>/<token>": TOKEN,
    "GET /folders": tablet_too(CARES),
    "GET /folders/<uuid:folder_id>": FOLDER,
    "POST /folders/<uuid:folder_id>/answer": SEATED,
    "GET /folders/<uuid:folder_id>/closing": LEADS,
    "POST /folders/<uuid:folder_id>/closing": LEADS,
    "POST /folders/<uuid:folder_id>/information": LEADS,
    "POST /folders/<uuid:folder_id>/lead": SEATED,
    # Whoever hears the person's no writes it down; after the first of them, only where it was opened is it read.
    "POST /folders/<uuid:folder_id>/objection": tablet_too(
        only(*REQUESTERS, foreign=(*ELSEWHERE, *PRACTITIONERS)),
    ),
    "POST /folders/<uuid:folder_id>/proposal": LEADS,
    "POST /folders/<uuid:folder_id>/resumption": LEADS,
    "GET /folders/<uuid:folder_id>/review": LEADS,
    "POST /folders/<uuid:folder_id>/review": LEADS,
    "GET /folders/<uuid:folder_id>/team": LEADS,
    "POST /folders/<uuid:folder_id>/team": LEADS,
    "POST /folders/<uuid:folder_id>/team/<uuid:seat_id>/lead": LEADS,
    # The nurse of the team signs in: she says her yes herself.
    "POST /folders/<uuid:folder_id>/team/<uuid:seat_id>/told": tablet_too(
        only(foreign=(*ELSEWHERE, "asked", "not asked", "usual")), "forbidden"
    ),
    # The case manager takes her out, and then it is not hers to leave.
    "POST /folders/<uuid:folder_id>/team/<uuid:seat_id>/removal": tablet_too(
        only("case-manager", foreign=(*ELSEWHERE, *PRACTITIONERS)), "forbidden"
    ),
    "GET /folders/<uuid:folder_id>/plan": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/new/<kind>": FOLDER,
    "POST /folders/<uuid:folder_id>/plan/new/<kind>": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/words": FOLDER,
    "POST /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/words": FOLDER,
    "POST /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/place": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/states/<state>": FOLDER,
    "POST /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/states/<state>": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/request": FOLDER,
    "POST /folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/request": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/agreement": FOLDER,
    "POST /folders/<uuid:folder_id>/plan/agreement": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/versions": FOLDER,
    "GET /folders/<uuid:folder_id>/plan/paper": FOLDER,
    "GET /plans/actions": ASKS,
    "GET /plans/actions/<uuid:part_id>": FOLDER,
    "POST /plans/actions/<uuid:part_id>/answer": FOLDER,
    "GET /patients/<uuid:patient_id>/folders/new": PERSON,
    "POST /patients/<uuid:patient_id>/folders/new": PERSON,
    "GET /requests": ASKS,
    "POST /requests": ASKS,
    "GET /requests/<uuid:request_id>": FOLLOWED,
    "POST /requests/<uuid:request_id>/attachments": REQUEST,
    "GET /requests/<uuid:request_id>/card": REQUEST,
    "POST /requests/<uuid:request_id>/card": REQUEST,
    "POST /requests/<uuid:request_id>/card/reading": REQUEST,
    "POST /requests/<uuid:request_id>/cancellation": REQUEST,
    "GET /requests/<uuid:request_id>/plan/change": REQUEST,
    "POST /requests/<uuid:request_id>/plan/change": REQUEST,
    "GET /requests/<uuid:request_id>/plan/review": REQUEST,
    "POST /requests/<uuid:request_id>/plan/review": REQUEST,
    "GET /requests/<uuid:request_id>/plan/end": PERSON,  # And who took it.
    "POST /requests/<uuid:request_id>/plan/end": PERSON,
    "POST /requests/<uuid:request_id>/proposals/<uuid:offer_id>": REQUEST,
    "POST /requests/<uuid:request_id>/questions/<uuid:inquiry_id>": REQUEST,
    "POST /requests/<uuid:request_id>/reassignment": REQUEST,
    "POST /requests/<uuid:request_id>/tasks/<uuid:task_id>": REQUEST,
    "POST /requests/<uuid:request_id>/widening": REQUEST,
    "POST /requests/<uuid:request_id>/window": REQUEST,
    "POST /requests/<uuid:request_id>/relaunch": only("coordinator", foreign=("coordinator elsewhere",)),
    "GET /requests/<uuid:request_id>/search": WATCHED,
    "POST /requests/<uuid:request_id>/search/moment": WATCHED,
    "POST /requests/<uuid:request_id>/search/others": WATCHED,
    "POST /requests/<uuid:request_id>/search/rest": WATCHED,
    "POST /requests/<uuid:request_id>/search/wider": WATCHED,
    "GET /requests/<uuid:request_id>/somebody": FOLLOWED,
    "POST /requests/<uuid:request_id>/somebody": FOLLOWED,
    "POST /requests/<uuid:request_id>/somebody/asking": FOLLOWED,
    "POST /requests/<uuid:request_id>/somebody/yes": FOLLOWED,
    "GET /requests/new": ASKS,
    "POST /requests/patients": ASKS,
    "GET /requests/plan": ASKS,
    "POST /requests/refusal": ASKS,
    "GET /s/<token>": TOKEN,
    "POST /s/<token>": TOKEN,
    "GET /s/<token>/<key>": TOKEN,
    "GET /s/<token>/<key>/circle": TOKEN,
    "POST /s/<token>/<key>/circle/<uuid:member_id>/end": TOKEN,
    "POST /s/<token>/<key>/consents/<uuid:consent_id>/withdrawal": TOKEN,
    "POST /s/<token>/<key>/copy": TOKEN,
    "POST /s/<token>/<key>/objections": TOKEN,
    "POST /s/<token>/<key>/rectifications": TOKEN,
    "POST /s/<token>/<key>/objections/<uuid:objection_id>/lifting": TOKEN,
    "GET /s/<token>/<key>/notes": TOKEN,
    "POST /s/<token>/<key>/notes": TOKEN,
    "POST /s/<token>/<key>/notes/<uuid:note_id>/withdrawal": TOKEN,
    "GET /s/<token>/<key>/folder": TOKEN,
    "POST /s/<token>/<key>/folder/agreement": TOKEN,
    "POST /s/<token>/<key>/folder/objection": TOKEN,
    "GET /s/<token>/<key>/life": TOKEN,
    "GET /s/<token>/<key>/costs": TOKEN,
    "GET /s/<token>/<key>/readers": TOKEN,
    "POST /s/<token>/<key>/reading": TOKEN,
    "GET /s/<token>/<key>/plan": TOKEN,
    "POST /s/<token>/<key>/plan/agreement": TOKEN,
    "POST /s/<token>/<key>/plan/parts/<uuid:part_id>": TOKEN,
    "POST /s/<token>/<key>/plan/wishes": TOKEN,
    "GET /s/<token>/<key>/relatives": TOKEN,
    "POST /s/<token>/<key>/relatives": TOKEN,
    "GET /s/<token>/<key>/relatives/<uuid:relative_id>": TOKEN,
    "POST /s/<token>/<key>/relatives/<uuid:relative_id>": TOKEN,
    "POST /s/<token>/<key>/relatives/<uuid:relative_id>/end": TOKEN,
    "GET /s/<token>/<key>/week": TOKEN,
    "GET /s/<token>/<key>/wishes": TOKEN,
    "POST /s/<token>/<key>/reminders": TOKEN,
    "GET /s/<token>/agenda/<key>.ics": TOKEN,
    "GET /service-worker.js": PUBLIC,
    "GET /stays": ASKS,
    "GET /static/joined/answers.js": PUBLIC,
    "GET /static/joined/page.js": PUBLIC,
    "GET /static/joined/relais.css": PUBLIC,
    "GET /sign-in": PUBLIC,
    "POST /sign-in/options": PUBLIC,
    "GET /sign-in/pro-sante-connect": TOKEN,
    "GET /sign-in/pro-sante-connect/return": TOKEN,
    "POST /sign-in/verification": PUBLIC,
    "POST /sign-out": PUBLIC,
    "GET /tablet": PUBLIC,
    "POST /tablet": PUBLIC,
    # Only the browser of the tablet finds these; whose code opens nothing is asked again.
    "GET /tablet/<uuid:badge_id>": tablet_too(TOKEN),
    "POST /tablet/<uuid:badge_id>": tablet_too(TOKEN),
    "GET /tablet/code": tablet_too(TOKEN),
    "POST /tablet/code": tablet_too(TOKEN),
    "POST /tablet/lock": PUBLIC,
    "POST /tablet/presence": AT_TABLET,
    "GET /tablets": only(*ADMINISTRATORS),
    "POST /tablets": only(*ADMINISTRATORS),
    "GET /tablets/<uuid:tablet_id>": only(*ADMINISTRATORS),
    "POST /tablets/<uuid:tablet_id>/code": only(*ADMINISTRATORS),
    "POST /tablets/<uuid:tablet_id>/removal": only(*ADMINISTRATORS),
    "GET /visits": ANSWERS,
    "GET /visits/places": ANSWERS,
    "POST /visits/tasks/<uuid:task_id>/completion": OFFER,
}

NEEDS_PATIENT = ("POST /requests", "POST /requests/refusal")

SIGNING_OUT = ("accounts.sign_out", "tablets.lock")

FIRST_PASSAGE = (Passage.day == TEN_DAYS[0].day) & (Passage.moment == TEN_DAYS[0].moment)

LAST = (
    *("/draft", "end", "withdrawal", "cancellation", "removal", "folder_id>/objection"),
    *("sign-out", "<uuid:tablet_id>/removal"),
)
"""What ends something comes last, so that the rest was asked of something that lives."""


@dataclass
class World:
    town: Town
    people: dict[str, Person]
    ids: dict[str, object]
    request: UUID


@pytest.fixture
def world(town: Town) -> World:
    usual = town.nurse("Usuelle", km=300)
    people: dict[str, Person] = {
        "stranger": town.stranger(),
        "requester": town.orientation_nurse,
        "case-manager": town._person("Cas", "Gestion", Role.CASE_MANAGER, town.emergency_id),
        "requester elsewhere": town.requester(),
        "winner": town.nurse("Maya"),
        "asked": town.nurse("Inès", km=2),
        "not asked": town.nurse("Loin", km=300),
        "usual": usual,
        "coordinator": town.coordinator,
        "coordinator elsewhere": coordinator_elsewhere(town),
        "senior": town._person("Sonia", "Senior", Role.SENIOR_DOCTOR, town.emergency_id),
        "senior elsewhere": town._person("Loïc", "Senior", Role.SENIOR_DOCTOR, town.emergency_id),
        "administrator": town._person("Ada", "Ministre", Role.ADMINISTRATOR, town.emergency_id),
    }
    leaver = town._person("Léa", "Partante", Role.REQUESTER, town.emergency_id)
    town.asks(patient=town.patient("Odile", usual=[usual]))
    request = town.asks(patient=town.patient("Monique"), visits=TEN_DAYS)
    town.time_passes(seconds=1)
    winner = nurse(people["winner"])
    assert winner.accepts() == 200
    ward = enrolled(town, people["administrator"])
    ward.chooses(town.orientation_nurse)
    way_in = ward.chooses(ward.nurse("Tara"))
    assert ward.tablet.post(way_in, {"code": CODE}).status_code == 303
    assert ward.tablet.post("/handover").status_code == 303
    alike = [town.patient(f"Mon{n}ique") for n in range(4)]
    people["coordinator"].post("/pathways/home-care/draft")
    people = {TABLET: ward.tablet, **people}  # before the administrator withdraws it
    offer = winner.offer()
    assert offer is not None and offer.request_id == request
    with transaction():
        db.session.execute(update(SignIn).values(proven_at=clock.now()))
        hers = db.session.get_one(Practitioner, winner.practitioner_id)
        patient_id = db.session.get_one(CareRequest, request).patient_id
        assert patient_id is not None
        circles.set_usual(patient_id, Usual.herself(hers), told=Told.NAMED, now=clock.now())
        db.session.add(Advice(request_id=request))
        passkeys = [passkey(people["requester"].account_id, name) for name in ("a", "b")]
        second = other_device(people["requester"].account_id)
        asked = access_asked(winner.practitioner_id)
        shown = Invitation(
            account_id=leaver.account_id,
            organization_id=town.emergency_id,
            role=Role.CASE_MANAGER,
            email=leaver.account.email,
            given_name="Léa",
            family_name="Partante",
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(minutes=10),
            shown_by_id=people["administrator"].account_id,
        )
        joined = joined_to(request, offer.id, people["senior"].account_id)
        telephone = PatientTelecom(patient_id=patient_id, number="+33639980155", whose="child", name="Julie")
        db.session.add_all([*passkeys, second, asked, shown, telephone, *joined])
        db.session.flush()
        ids: dict[str, object] = {
            "request_id": request,
            "patient_id": first(CareRequest.patient_id, CareRequest.id == request),
            "slug": "home-care",
            "part": "reasons",
            "offer_id": offer.id,
            "passage_id": first(Passage.id, (Passage.request_id == request) & FIRST_PASSAGE),
            "visit_id": first(Passage.id, (Passage.request_id == request) & FIRST_PASSAGE),
            "document_id": joined[0].id,
            "number": 1,
            "inquiry_id": joined[1].id,
            "task_id": joined[2].id,
            "organization_id": town.emergency_id,
            **wished(patient_id, people["requester"].account_id, people["not asked"].account_id),
            "telecom_id": telephone.id,
            "grid": "aggir",
            "assessment_id": assessed(patient_id, people["requester"]),
            "note_id": noted(patient_id, people["requester"]),
            **coordinated(patient_id, people["case-manager"], winner),
            "service": "home-help",
            **reckoned(patient_id, people["case-manager"]),
            "member_id": first(CareTeamMember.id, CareTeamMember.patient_id == patient_id),
            "invitation_id": shown.id,
            "access_id": glass_broken(people["requester elsewhere"], db.session.get_one(CareRequest, request)),
            "pair_id": pair_of(*alike[:2]),
            "merge_id": merged(alike[2], alike[3], people["coordinator"]),
            "tablet_id": ward.tablet_id,
            "badge_id": way_in.rpartition("/")[2],
            "account_id": leaver.account_id,
            "asked_id": asked.id,
            "passkey_id": passkeys[0].id,
            "sign_in_id": second.id,
            "visit_task_id": task_of(request),
            "draft_id": keep(
                people["requester"].account_id, "/patients/new", "phone=06", lost_files=False, now=clock.now()
            ),
            "device_id": first(Subscription.id, Subscription.account_id == people["winner"].account_id),
        }
    return World(town, people, ids, request)


def noted(patient_id: UUID, by: Person) -> UUID:
    """An advice asked in her liaison book."""
    said, author = (
        liaison.Writing("Faut-il la peser ?", "k", NoteType.ADVICE),
        liaison.author_of(by.account, patient_id, clock.now()),
    )
    note = liaison.write(patient_id, said, by=author, now=clock.now())
    assert isinstance(note, Note)
    return note.id


def pair_of(one: UUID, other: UUID) -> UUID:
    """Two records that somebody has to look at."""
    note_likely(one, other, ("same-date",), now=clock.now())
    return first(LikelyDuplicate.id, LikelyDuplicate.patient_id == one)


def merged(kept: UUID, absorbed: UUID, by: Person) -> UUID:
    done = merge(kept, absorbed, by=by.account_id, now=clock.now())
    assert done is not None
    return done.id


def wished(patient_id: UUID, by: UUID, refused: UUID) -> dict[str, object]:
    """Who is near her, who decides with her, what she agreed to, whom she refuses."""
    now = clock.now()
    near = relatives.name(patient_id, RelativeSaid("Lucie Marchand", "child"), ["visits"], by=by, now=now)
    decides = Decides("curatelle", "Ana Lopes", clock.paris(now).date())
    relatives.note_protection(patient_id, decides, by=by, now=now)
    agree(patient_id, "relative", how="spoken", by=by, now=now, about=UUID(int=1))
    object_to(patient_id, Whom(Refusing.SOMEBODY, account_id=refused), how="spoken", by=by, now=now)
    ask_rectification(patient_id, "Ma rue a changé de nom.", now=now)
    db.session.flush()
    return {
        "relative_id": near.id,
        "rectification_id": first(Rectification.id, Rectification.patient_id == patient_id),
        "protection_id": first(LegalProtection.id, LegalProtection.patient_id == patient_id),
        "consent_id": first(Consent.id, Consent.about_id == UUID(int=1)),
        "objection_id": first(Objection.id, Objection.patient_id == patient_id),
    }


def assessed(patient_id: UUID, by: Person) -> UUID:
    key, place = new_id(), by.account.organizations(Role.REQUESTER)[0]
    answers = {"indoors": "a"}
    write_down(patient_id, grids()["aggir"], answers, "", key=key, by=by.account, place=place, now=clock.now())
    return key


def coordinated(patient_id: UUID, leads: Person, member: Nurse) -> dict[str, object]:
    """Her folder is open: the case manager coordinates, the nurse is in its team."""
    now, place = clock.now(), leads.account.organizations()[0]
    patient = db.session.get_one(Patient, patient_id)
    moment, on = CriticalMoment.RETURN, clock.paris(now).date() + timedelta(days=30)
    folder = folders.begin(patient, moment, "Elle rentre.", 2, on, by=leads.account, place=place, now=now).folder
    assert folder is not None
    herself = TeamCandidate(organization_id=place, account_id=leads.account_id)
    team.name_member(folder, herself, by=leads.account, now=now, leads=True)
    seat = team.name_member(folder, TeamCandidate(member.practitioner_id), by=leads.account, now=now)
    assert isinstance(seat, FolderMember)
    folders.inform(folder, "bedside", agreed=True, by=leads.account, now=now)
    team.propose(folder, by=leads.account, now=now)
    team.answer(folder, seat, yes=True, by=member.account, now=now)
    return {"folder_id": folder.id, "seat_id": seat.id, "part_id": planned(folder.id, leads), **PART_AND_STATE}


PART_AND_STATE = {"kind": "wish", "state": "accepted"}


def planned(folder_id: UUID, by: Person) -> UUID:
    """Something that the case manager wrote into the plan, to do."""
    key = new_id()
    action, author = {"words": "Marcher", "owner": "person"}, PlanAuthor(by.account)
    add(folder_id, PlanKind.ACTION, None, action, key=key, by=author, now=clock.now())
    return key


def reckoned(patient_id: UUID, by: Person) -> dict[str, object]:
    """What her care would leave to pay, and what is asked of a funder."""
    keys, place = (new_id(), new_id()), by.account.organizations(Role.CASE_MANAGER)[0]
    estimate, asked = (WrittenBy(by.account, place, key, clock.now()) for key in keys)
    begin_estimate(patient_id, FundingSituation(age=84), estimate)
    ask_funder(patient_id, Funder.HEALTH_COVER, None, "", asked)
    return {"estimate_id": keys[0], "funding_request_id": keys[1]}


def glass_broken(by: Person, request: CareRequest) -> UUID:
    """She opened the patient's file in an emergency, and the territory's coordinator has not read why."""
    now, territory = clock.now(), by.town.cpts_id
    access = EmergencyAccess(
        account_id=by.account_id,
        patient_id=request.patient_id,
        territory_id=territory,
        reason="other",
        because="un malaise",
        opened_at=now,
        ends_at=now + timedelta(hours=1),
    )
    db.session.add(access)
    db.session.flush()
    return access.id


def joined_to(request_id: UUID, offer_id: UUID, senior: UUID) -> tuple[Document, Inquiry, CareTask]:
    """What hangs on the request: a document, a question, a task; and the doctor who was asked to decide."""
    request, now = db.session.get_one(CareRequest, request_id), clock.now()
    request.decider_id = senior
    body = files.photo()
    document = Document(
        patient_id=request.patient_id,
        name="ordonnance.jpg",
        media_type="image/jpeg",
        size=len(body),
        pages=1,
        body=body,
        added_by_id=request.author_id,
        at=now,
        expires_at=now + timedelta(days=90),
    )
    db.session.add(document)
    db.session.flush()
    db.session.add(EpisodeDocument(document_id=document.id, episode_id=request.episode_id))
    question = Inquiry(offer_id=offer_id, request_id=request_id, question="Quelle sonde ?", asked_at=now)
    task = CareTask(request_id=request_id, slug="call", label="Appeler", owner="requester", due_at=now)
    return document, question, task


def task_of(request: UUID) -> UUID:
    """Something that the winner has to do."""
    owed = {"slug": "call-back", "label": "Rappeler", "owner": "performer", "due_at": clock.now()}
    task = CareTask(request_id=request, **owed)
    db.session.add(task)
    db.session.flush()
    return task.id


def first(column: object, condition: object) -> UUID:
    found: UUID = db.session.scalars(select(column).where(condition)).one()  # type: ignore[call-overload]
    return found


def coordinator_elsewhere(town: Town) -> Person:
    with transaction():
        cpts = town._organization("CPTS d'ailleurs", "cpts", None).id
    return town._person("Loin", "Lemaire", Role.COORDINATOR, cpts)


def nurse(person: Person) -> Nurse:
    assert isinstance(person, Nurse)
    return person


def access_asked(practitioner_id: UUID) -> AccessRequest:
    """A professional of Évry asks for access, and her address is proven."""
    now = clock.now()
    return AccessRequest(
        rpps="10000000000",
        given_name="Maya",
        family_name="Dupré",
        email="maya@example.org",
        vouched=False,
        practitioner_id=practitioner_id,
        created_at=now,
        expires_at=now,
        confirmed_at=now,
    )


def other_device(account: UUID) -> SignIn:
    """A second browser of the same person, to end from the first."""
    now = clock.now()
    return SignIn(
        account_id=account,
        token_hash="-",
        created_at=now,
        expires_at=now + timedelta(hours=1),
        proven_at=now,
    )


def passkey(account: UUID, name: str) -> Passkey:
    return Passkey(
        account_id=account,
        credential_id=name.encode(),
        public_key=b"-",
        sign_count=0,
        synced=True,
        transports=[],
        name=name,
        created_at=clock.now(),
    )


def routes(town: Town) -> list[tuple[str, Rule]]:
    found = [
        (method, rule)
        for rule in town.app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda pair: (rank(pair[1].rule), pair[1].rule, pair[0]))


def rank(path: str) -> int:
    ends = [number for number, end in enumerate(LAST, 1) if path.endswith(end)]
    return ends[-1] if ends else 0


def url_of(rule: Rule, ids: dict[str, object]) -> str:
    unknown = "01900000-0000-7000-8000-000000000000"
    if rule.rule.startswith("/visits/"):
        ids = {**ids, "task_id": ids.get("visit_task_id")}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(ids.get(name[1], unknown)), rule.rule)


def ask(person: Person, method: str, url: str) -> TestResponse:
    """With an empty form, or one that only names what every form of the route must name."""
    sent: dict[str, Any] = {} if method == "GET" else {"data": {"answer": "confirmed"}}
    if url.startswith(PROGRAMS):
        sent = {"json": {"answer": "confirmed"}}
    with person.town.app.app_context():
        answer = person.client.open(url, method=method, **sent)
        answer.get_data()
        answer.close()
        return answer


def heard(answer: TestResponse) -> str:
    if answer.status_code == 303 and ("/sign-in" in answer.location or answer.location == "/tablet"):
        return "sign-in"
    heard = {401: "sign-in", 403: "forbidden", 404: "not found"}
    return heard.get(answer.status_code, "comes in" if answer.status_code < 500 else "an error of ours")


def test_every_route_has_its_row_and_every_row_its_route(town: Town) -> None:
    assert {f"{method} {rule.rule}" for method, rule in routes(town)} == TABLE.keys()


@pytest.mark.long
@pytest.mark.timeout(600)  # a thousand requests: a machine with other work takes its time
def test_everyone_hears_what_the_table_says(world: World) -> None:
    wrong = []
    world.town.a_worker_comes_round()  # Without one, /healthz says so.
    for method, rule in routes(world.town):
        name = f"{method} {rule.rule}"
        if name not in TABLE or rule.endpoint in SIGNING_OUT:
            continue  # Signing out is for everyone, and would end the others' turn.
        for who, person in world.people.items():
            url = url_of(rule, world.ids)
            # Looking for a patient or asking needs one of one's own: without, an honest 404 says nothing of rights.
            if name in NEEDS_PATIENT:
                url += "?pathway=nonsense" if who not in (*REQUESTERS, TABLET) else f"?patient={patient_of(world)}"
            got = heard(ask(person, method, url))
            told = TABLE[name][who]
            if name in NEEDS_PATIENT and who in (*ELSEWHERE, *PRACTITIONERS):
                told = "not found"
            if got != told:
                wrong.append(f"{name}: {who} should hear {told}, heard {got}")
    assert not wrong, "\n".join(wrong)


def patient_of(world: World) -> UUID:
    return world.town.request(world.request).patient_id


def test_signing_out_is_for_everyone(world: World) -> None:
    for who, person in world.people.items():
        leaves = "/tablet/lock" if who == TABLET else "/sign-out"
        assert heard(ask(person, "POST", leaves)) == "sign-in", who
        assert heard(ask(person, "GET", "/account")) == "sign-in", who


# Every id, swapped between two people of the same role


def test_every_id_swapped_between_two_people_is_not_found(world: World) -> None:
    """The same role, the same act, another's id: there is no such thing, and nothing moved."""
    twins = {
        "request_id": ("requester", "requester elsewhere"),
        "offer_id": ("winner", "asked"),
        **dict.fromkeys(("asked_id", "pair_id", "merge_id"), ("coordinator", "coordinator elsewhere")),
        **dict.fromkeys(("member_id", "relative_id", "rectification_id"), ("requester", "requester elsewhere")),
        **dict.fromkeys(("consent_id", "objection_id", "protection_id"), ("requester", "requester elsewhere")),
        **dict.fromkeys(("folder_id", "seat_id"), ("case-manager", "requester elsewhere")),
        "passkey_id": ("requester", "case-manager"),
        "sign_in_id": ("requester", "case-manager"),
        "device_id": ("winner", "asked"),
        "account_id": ("administrator", "administrator elsewhere"),
        "organization_id": ("administrator", "administrator elsewhere"),
        "tablet_id": ("administrator", "administrator elsewhere"),
        "access_id": ("requester elsewhere", "requester"),
        "badge_id": (TABLET, "requester"),
        **dict.fromkeys(("document_id", "inquiry_id", "task_id"), ("requester", "requester elsewhere")),
    }
    with transaction():
        other = world.town._organization("Clinique d'ailleurs", "hospital", None).id
    world.people["administrator elsewhere"] = world.town._person("Éva", "Loin", Role.ADMINISTRATOR, other)
    other_roles = {
        "supervision.relaunch": COORDINATORS,
        "desk.decide": SENIORS,
        "inbox.complete": ("winner", "asked"),
        **dict.fromkeys(("tablets.ask_code", "tablets.forget_code"), ("requester", "requester elsewhere")),
    }
    other_rooms = {"supervision": COORDINATORS}
    with transaction():
        db.session.execute(update(SignIn).values(proven_at=clock.now()))
    swapped = set()
    for method, rule in routes(world.town):
        named = [name for name in rule.arguments if name in twins]
        if not named:
            continue
        swapped.update(named)
        room = rule.endpoint.split(".")[0]
        twin = other_roles.get(rule.endpoint) or other_rooms.get(room) or twins[named[0]]
        answer = ask(world.people[twin[1]], method, url_of(rule, world.ids))
        assert heard(answer) == "not found", f"{method} {rule.rule}: {heard(answer)}"
    assert swapped == twins.keys()
    db.session.rollback()
    assert db.session.get(Subscription, world.ids["device_id"]) is not None, "another's phone still rings"
    assert db.session.get(Passkey, world.ids["passkey_id"]) is not None
    assert db.session.get_one(SignIn, world.ids["sign_in_id"]).ended_at is None


# Who sees whom the request is about


def test_who_sees_the_patient(world: World) -> None:
    sees = {"requester", "case-manager", "coordinator", "winner", TABLET}
    for who, person in world.people.items():
        offer = nurse(person).offer() if who in PRACTITIONERS else None
        url = f"/offers/{offer.id}" if offer else f"/requests/{world.request}"
        with world.town.app.app_context():
            text = person.get(url).text
        if who == "usual":
            assert "Odile" in text, "her own patient, even before she accepts"
            continue
        assert ("MARCHAND" in text) == (who in sees), who
