"""The mails about one's keys: their words, composed when they leave (`app/letters`)."""

from datetime import datetime

from app.accounts.models import PasskeyLetter
from app.letters import kinds
from app.letters.kinds import LetterKind, Words
from app.letters.models import Letter

SUBJECTS = {
    PasskeyLetter.ADDED: "Relais : une clé d'accès a été ajoutée",
    PasskeyLetter.REMOVED: "Relais : une clé d'accès a été supprimée",
}
TEXTS = {
    PasskeyLetter.ADDED: """\
Une clé d'accès a été ajoutée à votre compte. Ce n'était pas vous ? Supprimez-la dans « Moi »,
et appelez votre administrateur.""",
    PasskeyLetter.REMOVED: """\
Une clé d'accès a été supprimée de votre compte. Ce n'était pas vous ? Appelez votre
administrateur.""",
}


def compose(letter: Letter, _now: datetime) -> Words:
    kind = PasskeyLetter(letter.kind)
    return to_person(letter, TEXTS[kind], SUBJECTS[kind])


def to_person(letter: Letter, text: str, subject: str) -> Words:
    return Words(f"{hello(letter)},\n\n{text}\n", subject)


def hello(letter: Letter) -> str:
    return f"Bonjour {letter.given_name}".rstrip()


def init_app() -> None:
    kinds.register(PasskeyLetter, LetterKind(compose))
