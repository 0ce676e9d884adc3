"""The mails about one's keys: their words, composed when they leave (`app/letters`)."""

from datetime import datetime

from app.accounts.models import PasskeyLetter
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.letters import kinds
from app.letters.kinds import LetterKind, Words
from app.letters.models import Letter

SUBJECTS = {
    PasskeyLetter.ADDED: later("Relais : une clé d'accès a été ajoutée"),
    PasskeyLetter.REMOVED: later("Relais : une clé d'accès a été supprimée"),
}
TEXTS = {
    PasskeyLetter.ADDED: later("""\
Une clé d'accès a été ajoutée à votre compte. Ce n'était pas vous ? Supprimez-la dans « Moi »,
et appelez votre administrateur."""),
    PasskeyLetter.REMOVED: later("""\
Une clé d'accès a été supprimée de votre compte. Ce n'était pas vous ? Appelez votre
administrateur."""),
}


def compose(letter: Letter, _now: datetime) -> Words:
    kind = PasskeyLetter(letter.kind)
    return to_person(letter, str(TEXTS[kind]), str(SUBJECTS[kind]))


def to_person(letter: Letter, text: str, subject: str) -> Words:
    return Words(f"{hello(letter)},\n\n{text}\n", subject)


def hello(letter: Letter) -> str:
    return _("Bonjour %(name)s", name=letter.given_name).rstrip() if letter.given_name else _("Bonjour")


def init_app() -> None:
    kinds.register(PasskeyLetter, LetterKind(compose))
