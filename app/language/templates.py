"""Templates whose words are found when they are compiled: one set for each language, and a page looks nothing up."""

from collections.abc import Collection, MutableMapping
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, request
from flask.json.provider import DefaultJSONProvider
from flask.templating import Environment
from flask_babel import Babel
from jinja2 import StrictUndefined, Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from app import clock
from app.language import words
from app.language.phrases import (
    FRENCH,
    LANGUAGES,
    PATIENTS,
    Later,
    direction,
    form_of,
    forms_of,
    gettext,
    language,
    ngettext,
    said,
    speak,
    told,
    words_of,
)


class LanguageEnvironment(Environment):
    """Asked for a template, the one of the sources' language hands on to that of the language which is spoken."""

    language = FRENCH

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.others: dict[str, LanguageEnvironment] = {}
        self.globals.update(_filled=filled, _counted=counted)

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        here = self if self.overlayed else self._in(language())
        return super(LanguageEnvironment, here).get_template(name, parent, globals)

    def _in(self, chosen: str) -> "LanguageEnvironment":
        if chosen == self.language or chosen not in PATIENTS:
            return self
        if chosen not in self.others:
            other = self.overlay()
            other.language = chosen
            self.others[chosen] = other
        return self.others[chosen]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = Translated(self.language).visit(super()._parse(source, name, filename))
        return tree


class Translated(NodeTransformer):
    """`_("…")` becomes the words themselves; with values, what fills them in."""

    def __init__(self, chosen: str) -> None:
        self.language = chosen

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name == "_" and _constant(node.args[:1]):
            found = nodes.Const(words_of(node.args[0].as_const(), self.language), lineno=node.lineno)
            if not node.kwargs:
                return nodes.MarkSafeIfAutoescape(found, lineno=node.lineno)
            return self._call("_filled", [found], node)
        if name == "ngettext" and _constant(node.args[:2]):
            singular, plural = (each.as_const() for each in node.args[:2])
            forms = forms_of(singular, plural, self.language)
            return self._call("_counted", [nodes.Const(forms, lineno=node.lineno), *node.args[2:]], node)
        return node

    def _call(self, name: str, args: list[nodes.Expr], node: nodes.Call) -> nodes.Call:
        return nodes.Call(nodes.Name(name, "load"), args, node.kwargs, None, None, lineno=node.lineno)


def _constant(args: list[nodes.Expr]) -> bool:
    return bool(args) and all(isinstance(each, nodes.Const) for each in args)


def filled(words: str, /, **values: object) -> Markup:
    """The words are the house's own and may hold markup; the values are escaped."""
    return Markup(words) % values  # noqa: S704


def counted(forms: tuple[str, ...], /, num: float, **values: object) -> Markup:
    return Markup(forms[form_of(num, language())]) % {"num": num, **values}  # noqa: S704


def map_link(address: str) -> str:
    """What opens the way there in the phone's own map: `geo:` (RFC 5870), or Apple's where that is not known."""
    agent, place = request.user_agent.string, quote(address, safe="")
    if any(name in agent for name in ("iPhone", "iPad", "Macintosh")):
        return f"https://maps.apple.com/?q={place}"
    return f"geo:0,0?q={place}"


CHOSEN, A_YEAR = "language", 31_536_000


def cookie_name() -> str:
    return f"{current_app.session_interface.get_cookie_name(current_app)}-{CHOSEN}"


def listen_to_reader() -> None:
    """Before anybody is known: what the address asks for (a switch is a plain link), what this browser chose, what it
    prefers. Who is signed in and chose in *Moi* is heard later, in `accounts`."""
    chosen = request.cookies.get(cookie_name(), "")
    speak(_asked() or (chosen if chosen in LANGUAGES else preferred(LANGUAGES)))


def _asked() -> str | None:
    asked = request.args.get(CHOSEN)
    return asked if asked in LANGUAGES else None


def preferred(among: Collection[str]) -> str:
    """The one that this browser would rather have."""
    return request.accept_languages.best_match(list(among), default=FRENCH) or FRENCH


def remember_choice(response: Response) -> Response:
    """The language is no personal fact, and asking for another one changes nothing here: a link may."""
    if asked := _asked():
        keep_choice(response, asked)
    return response


def keep_choice(response: Response, chosen: str) -> None:
    """This browser goes on in `chosen`, whoever uses it next."""
    sessions = current_app.session_interface
    response.set_cookie(
        cookie_name(),
        chosen,
        max_age=A_YEAR,
        path=sessions.get_cookie_path(current_app),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def fall_silent(_error: BaseException | None = None) -> None:
    speak(FRENCH)


class LanguageJSON(DefaultJSONProvider):
    """What a script is told is read now."""

    @staticmethod
    def default(value: Any) -> Any:
        return str(value) if isinstance(value, Later) else DefaultJSONProvider.default(value)


def init_app(app: Flask) -> None:
    Babel(app, default_locale=FRENCH, default_timezone="Europe/Paris", locale_selector=language)  # for WTForms' own
    app.before_request(listen_to_reader)
    app.after_request(remember_choice)
    app.teardown_request(fall_silent)
    app.json = LanguageJSON(app)
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.globals.update(
        now=clock.now, language=language, direction=direction, languages=LANGUAGES, _=gettext, ngettext=ngettext
    )
    environment.filters.update(
        day=words.day,
        distance=words.distance,
        due=words.due,
        full_date=words.full_date,
        hour=words.hour,
        lasting=words.length,
        map_link=map_link,
        moment=words.moment,
        phone=words.phone,
        said=said,
        sentence=words.sentence,
        span=words.span,
        told=told,
    )
