"""In which language the house speaks, and its words. Sources are French, typed plainly; see `app/translations`.

Every screen is read in `LANGUAGES`; what a patient reads, in those of `PATIENTS` too.

`_("…")` and `ngettext("…", "…", n)` find the words now, `later("…")` when somebody reads them (for what is made at
import or said to another person), `said(text)` those of a file or a row if the catalogue has them: what a person typed
stays as it is. Templates write `_` and `ngettext` too; there the words are found when the template is compiled.
"""

import gettext as gnu
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from app.language.typography import in_french, in_other_languages

FRENCH, ENGLISH = "fr", "en"
LANGUAGES = {FRENCH: "Français", ENGLISH: "English"}
"""Each by its own name, the one of the sources first."""

PATIENTS = {**LANGUAGES, "ar": "العربية", "pt": "Português", "tr": "Türkçe", "uk": "Українська"}
"""Those of a patient's pages and messages."""

RIGHT_TO_LEFT = frozenset({"ar"})
MOST_FORMS = 6

TRANSLATIONS = Path(__file__).parents[1] / "translations"

_spoken: ContextVar[str] = ContextVar("language", default=FRENCH)


def language() -> str:
    return _spoken.get()


def direction() -> str:
    """`ltr` or `rtl`, as HTML's `dir` says it."""
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


def speak(chosen: str) -> None:
    """From now on, in this request or task."""
    _spoken.set(chosen if chosen in PATIENTS else FRENCH)


@contextmanager
def speaking(chosen: str | None) -> Iterator[None]:
    """What is composed within is for somebody who reads `chosen`; none: she never said, so French."""
    token = _spoken.set(chosen if chosen in PATIENTS else FRENCH)
    try:
        yield
    finally:
        _spoken.reset(token)


def catalogue_of(chosen: str) -> Path:
    return TRANSLATIONS / chosen / "LC_MESSAGES" / "messages.po"


@cache
def read_catalogue(chosen: str = ENGLISH) -> Catalog:
    with catalogue_of(chosen).open("rb") as file:
        return read_po(file, locale=chosen)


@cache
def words_in(chosen: str) -> Mapping[str, str]:
    """Every text of the catalogue, in a language."""
    read = read_catalogue(chosen if chosen != FRENCH else ENGLISH)
    texts = {str(each.id): str(each.string) for each in read if each.id and isinstance(each.id, str)}
    return {text: _set(text, words, chosen) for text, words in texts.items()}


@cache
def plurals_in(chosen: str) -> Mapping[str, tuple[str, ...]]:
    """By its singular, every text that has several forms, in the order in which `form_of` counts them."""
    several = [(each.id, tuple(each.string or ())) for each in read_catalogue(chosen) if isinstance(each.id, tuple)]
    return {ids[0]: tuple(_set(ids[0], each, chosen) for each in forms) for ids, forms in several}


def _set(text: str, words: str, chosen: str) -> str:
    return in_other_languages(words) if words and chosen != FRENCH else in_french(text)


def words_of(text: str, chosen: str) -> str:
    """This text of the sources as it is read in a language; one that the catalogue lacks stays French."""
    return words_in(chosen).get(text) or in_french(text)


def forms_of(singular: str, plural: str, chosen: str) -> tuple[str, ...]:
    """In the order in which `form_of` counts them: two, Ukrainian three, Arabic six, Turkish one."""
    held = plurals_in(chosen).get(singular) if chosen != FRENCH else None
    return held or (in_french(singular), *[in_french(plural)] * (MOST_FORMS - 1))


def gettext(text: str, /, **values: object) -> str:
    words = words_of(text, language())
    return words % {name: spelled(value) for name, value in values.items()} if values else words


def spelled(value: object) -> object:
    """A number with the comma or the point of the language; anything else as it is."""
    return decimal(value) if isinstance(value, float) else value


def decimal(number: float, form: str = "g") -> str:
    """`38,5`, `38.5`. `form`: as Python writes one."""
    written = f"{number:{form}}"
    return written.replace(".", ",") if language() == FRENCH else written


def ngettext(singular: str, plural: str, num: float, /, **values: object) -> str:
    return forms_of(singular, plural, language())[form_of(num, language())] % {"num": num, **values}


def form_of(num: float, chosen: str) -> int:
    """Which of its forms a language says of so many. French counts zero as one, English as many; for the others as
    their catalogues are written everywhere (GNU gettext, Unicode CLDR)."""
    if chosen == FRENCH:
        return int(num >= 2)
    return int(num != 1) if chosen == ENGLISH else _counting(chosen)(int(num))


@cache
def _counting(chosen: str) -> Callable[[int], int]:
    return gnu.c2py(get_plural(chosen).plural_expr)


def is_one(num: float) -> bool:
    return form_of(num, language()) == 0


def said(text: str) -> str:
    """Words of a file or a row: translated if they are the house's own, untouched if somebody typed them."""
    return words_in(language()).get(text, text)


class Later:
    """Words that are found each time they are read. A database or JSON refuses them: whoever keeps words says how."""

    def __init__(self, function: Callable[..., str], *args: object, **values: object) -> None:
        self._function, self._args, self._values = function, args, values
        self.said = (args[0], values) if function is gettext else None

    def __str__(self) -> str:
        return str(self._function(*self._args, **self._values))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # `__html__` above all: what was typed is escaped as any text.
            raise AttributeError(name)
        return getattr(str(self), name)

    def __repr__(self) -> str:
        return repr(str(self))

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, str | Later) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, part: str) -> bool:
        return part in str(self)

    def __mod__(self, values: Mapping[str, object]) -> str:
        return str(self) % values

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)


def later(text: str, /, **values: object) -> str:
    """`_`, when it is read. The values may be found later, too."""
    return cast(str, Later(gettext, text, **values))


def when_read(function: Callable[..., str], *args: object, **values: object) -> str:
    """What this function says at the moment when it is read."""
    return cast(str, Later(function, *args, **values))


def kept(*phrases: str) -> str:
    """Words as a row keeps them, to be read in any language with `told`: what `later` made, or what somebody typed."""
    made = [_kept(each) for each in phrases]
    if len(made) == 1 and (isinstance(made[0], str) or len(made[0]) == 1):
        return made[0] if isinstance(made[0], str) else str(made[0][0])
    return json.dumps(made, ensure_ascii=False)


def _kept(phrase: str) -> Any:
    if not isinstance(phrase, Later):
        return phrase
    if phrase.said is None:
        raise ValueError("words of a function cannot be kept")
    text, values = phrase.said
    return [text, {name: _kept(cast(str, value)) for name, value in values.items()}] if values else [text]


def told(words: str) -> str:
    """What `kept` kept, in the language that is spoken; anything else as it stands."""
    if not words.startswith('[["'):
        return said(words)
    try:
        return ", ".join(_told(each) for each in json.loads(words))
    except ValueError:
        return words


def _told(phrase: Any) -> str:
    if not isinstance(phrase, list):
        return str(phrase)
    text, *values = phrase
    return gettext(
        text, **{name: _told(each) if isinstance(each, list) else each for name, each in (values or [{}])[0].items()}
    )
