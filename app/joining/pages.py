"""What each page of this door shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.htmx import Page
from app.directory.models import Practitioner, Profession
from app.joining.forms import AccessDecisionForm
from app.joining.models import AccessRequest
from app.membership.forms import CodeForm, EmailForm


@dataclass(frozen=True)
class AccessPage(Page):
    """`person`: whom Pro Santé Connect named; `pro_sante_connect`: whether this Relais knows it."""

    template = "joining/ask.html"

    form: EmailForm
    person: AccessRequest | None
    pro_sante_connect: bool


@dataclass(frozen=True)
class CodePage(Page):
    template = "joining/code.html"

    form: CodeForm
    refused: bool = False


@dataclass(frozen=True)
class SentPage(Page):
    template = "joining/sent.html"


@dataclass(frozen=True)
class WaitingPage(Page):
    template = "joining/waiting.html"

    waiting: Sequence[AccessRequest]
    professions: Mapping[Profession, tuple[str, str]]


@dataclass(frozen=True)
class DecidePage(Page):
    """`problem`: the name of the `joining.actions.Acceptance` that a yes met; empty when none was said."""

    template = "joining/decide.html"

    asked: AccessRequest
    person: Practitioner
    profession: str
    form: AccessDecisionForm
    problem: str


@dataclass(frozen=True)
class NotAProfessionalPage(Page):
    template = "joining/not_a_professional.html"


@dataclass(frozen=True)
class NotProvenPage(Page):
    template = "joining/not_proven.html"

    cancelled: bool


@dataclass(frozen=True)
class StateAwayPage(Page):
    template = "joining/away.html"


@dataclass(frozen=True)
class UnknownPage(Page):
    template = "joining/unknown.html"

    other_profession: bool
