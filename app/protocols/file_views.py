"""Pathways as files: what one territory wrote, another reads."""

import re
from pathlib import PurePath

from flask import Response, abort, url_for
from werkzeug.datastructures import FileStorage

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core.db import transaction
from app.core.files import NotToml, WrongFile
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.pathways import actions
from app.pathways.reading import read_text
from app.pathways.schema import Pathway
from app.pathways.writing import written
from app.protocols import drafting
from app.protocols.door import bp, draft_asked, home, known
from app.protocols.forms import FileForm
from app.protocols.pages import ImportPage
from app.protocols.parts import RESERVED, slug_of
from app.protocols.words import in_french

LARGEST = 200_000
"""Bytes; the longest of the catalogue has five thousand."""


@bp.get("/pathways/<slug>/file")
@role(Role.COORDINATOR)
def export(slug: str) -> Response:
    return file_of(known(slug))


@bp.get("/pathways/<slug>/draft/file")
@role(Role.COORDINATOR)
def export_draft(slug: str) -> Response:
    """Of what is complete only: half a file could not be read again."""
    return file_of(drafting.pathway_of(draft_asked(slug).body) or abort(404))


def file_of(pathway: Pathway) -> Response:
    answer = Response(written(pathway), mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{pathway.slug}.toml"'
    return answer


@bp.get("/pathways/import")
@role(Role.COORDINATOR)
def choose_file() -> Response:
    return file_page(FileForm())


def file_page(form: FileForm, status: int = 200) -> Response:
    return page(ImportPage(form=form, organization=home()), status=status)


@bp.post("/pathways/import")
@role(Role.COORDINATOR)
def import_file() -> Response:
    """It becomes a draft, which one reads, changes, and puts in force."""
    form = FileForm()
    if not form.validate():
        return file_page(form, status=422)
    try:
        pathway = read_sent(form.file.data)
        begin_from(pathway)
    except WrongFile as wrong:
        form.file.errors = [wrong.words]
        return file_page(form, status=422)
    return see_other(url_for("protocols.draft", slug=pathway.slug))


def read_sent(sent: FileStorage | None) -> Pathway:
    """Raises `WrongFile`, in the words of the screen, with the line."""
    content = sent.stream.read(LARGEST + 1) if sent and sent.filename else b""
    if not content:
        raise WrongFile(_("Choisissez un fichier."))
    if len(content) > LARGEST:
        raise WrongFile(_("Ce fichier est trop grand pour un parcours."))
    try:
        return read_text(content.decode("utf-8"), name_of(sent.filename or "" if sent else ""))
    except UnicodeDecodeError:
        raise WrongFile(_("Ce fichier n'est pas un parcours : il n'est pas en texte UTF-8.")) from None
    except NotToml as wrong:
        raise WrongFile(_("Ligne %(line)s : ce n'est pas du TOML.", line=wrong.line)) from None
    except WrongFile as wrong:
        raise WrongFile(
            _("Ligne %(line)s, %(key)s : %(words)s", line=wrong.line, key=wrong.key, words=in_french(wrong.words))
        ) from None


def name_of(filename: str) -> str:
    """The slug: the name of the file, without what a browser adds to a second copy."""
    return slug_of(re.sub(r"\s*\(\d+\)$", "", PurePath(filename.replace("\\", "/")).stem), RESERVED)


def begin_from(pathway: Pathway) -> None:
    """Raises `WrongFile` when somebody writes this one already."""
    mine = home().id
    with transaction():
        begun = actions.begin_draft(pathway.slug, drafting.kept_table(pathway), mine, by=me().id, now=clock.now())
    if not begun:
        raise WrongFile(_("Un brouillon de ce parcours existe déjà : terminez-le ou supprimez-le d'abord."))
