"""What is kept of a file, and what is refused: each with its own sentence, and nothing of where and by which phone."""

import io
import os
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from app.documents import intake, sandbox
from app.documents.rules import LARGEST, WrongDocument, safe_name
from app.language.typography import plain
from tests.factories import files

TRACES = (b"SAMSUNG", b"SM-A525F", b"Exif", b"xpacket", b"Plouzane", b"ICC_PROFILE", b"ftyp")


def picture(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


@pytest.mark.parametrize(
    "sent",
    [files.photo(), files.photo(kind="WEBP"), files.photo(kind="PNG"), files.HEIC],
    ids=["JPEG", "WebP", "PNG", "HEIC"],
)
def test_a_photo_of_any_phone_is_kept_without_its_place_and_device(sent: bytes) -> None:
    assert any(trace in sent for trace in TRACES)
    kept = sandbox.keep(sent)
    assert (kept.media_type, kept.pages) == ("image/jpeg", 1)
    assert not [trace for trace in TRACES if trace in kept.body]
    assert dict(picture(kept.body).getexif()) == {}
    assert picture(kept.body).format == "JPEG"


def test_a_photo_of_six_megabytes_is_kept_small_upright_and_readable() -> None:
    sent = files.photo(3000, 2000, turned=True, heavy=True)
    assert len(sent) > 3_000_000
    kept = sandbox.keep(sent).body
    assert picture(kept).size == (1067, 1600)
    assert len(kept) < 1_000_000


def test_a_small_photo_is_not_blown_up_and_what_is_seen_through_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (60, 40), (0, 0, 0, 0)).save(out, "PNG")
    kept = picture(sandbox.keep(out.getvalue()).body)
    assert kept.size == (60, 40)
    assert kept.convert("L").getextrema()[0] > 250


def test_a_pdf_is_kept_as_its_pages_and_nothing_else() -> None:
    sent = files.pdf("Lettre", pages=3, nasty=True)
    assert all(each in sent for each in (b"OpenAction", b"evil.exe", b"Marchand", b"SAMSUNG", b"/AA"))
    kept = sandbox.keep(sent)
    assert (kept.media_type, kept.pages) == ("application/pdf", 3)
    forbidden = (b"OpenAction", b"evil", b"Marchand", b"SecretSoft", b"/AA", b"/Annots", *TRACES)
    assert not [each for each in forbidden if each in kept.body]
    with pypdfium2.PdfDocument(kept.body) as pdf:
        assert "Lettre 2" in pdf[1].get_textpage().get_text_bounded()


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"\xef\xbb\xbf \n", b"From: hopital\n\n"])
def test_a_pdf_that_begins_late_is_a_pdf(before: bytes) -> None:
    kept = sandbox.keep(before + files.pdf())
    assert kept.pages == 1
    assert kept.body.startswith(b"%PDF-")


def test_a_page_is_shown_as_a_picture() -> None:
    kept = sandbox.keep(files.pdf(pages=2))
    page = sandbox.page(kept.body, 2)
    assert page.media_type == "image/jpeg"
    shown = picture(page.body)
    assert shown.size == (1131, 1600)
    assert shown.convert("L").getextrema()[0] < 60, "nothing is written on it"
    with pytest.raises(WrongDocument):
        sandbox.page(kept.body, 3)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "est vide"),
        (b"MZ\x90\x00 program", "Choisissez un PDF, ou une photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Choisissez un PDF, ou une photo"),
        (b"PK\x03\x04" + b"0" * 100, "Choisissez un PDF, ou une photo"),
        (b"GIF89a" + b"0" * 100, "Choisissez un PDF, ou une photo"),
        (files.photo()[:900], "abîmée ou incomplète"),
        (b"\xff\xd8\xff\xe0" + b"0" * 100, "abîmée ou incomplète"),
        (files.HEIC[:400], "abîmée ou incomplète"),
        (files.bomb(), "trop grande (400 millions de points)"),
        (files.moving(), "est animée"),
        (files.LOCKED, "demande un mot de passe"),
        (files.pdf(pages=200), "a 200 pages : 40 au plus"),
        (b"%PDF-1.4 and then nothing", "PDF est abîmé"),
        (files.pdf()[:300], "PDF est abîmé"),
        (b"%PDF-" + b"0" * LARGEST, "12 Mo au plus"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_cannot_be_kept_is_said_in_a_sentence_of_its_own(sent: bytes, says: str) -> None:
    with pytest.raises(WrongDocument) as wrong:
        intake.read("Ordonnance.pdf", sent) if len(sent) > LARGEST else sandbox.keep(sent)
    assert says in plain(str(wrong.value))


def test_two_things_in_one_file_become_the_one_that_it_begins_as() -> None:
    """A picture that is also a page with a script, or an archive: only the picture is left."""
    for tail in (b"<script>alert(1)</script>", b"PK\x03\x04 archive", files.pdf()):
        kept = sandbox.keep(files.photo() + tail)
        assert kept.media_type == "image/jpeg"
        assert tail not in kept.body
    program = b"MZ this program cannot be run\n" + files.pdf()
    assert b"MZ" not in sandbox.keep(program).body


def breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    press = tmp_path / "press.py"
    press.write_text(program)
    monkeypatch.setattr(sandbox, "PRESS", press)


@pytest.mark.parametrize(
    "program",
    ["import os; os.abort()", "import time; time.sleep(9)", "raise ValueError('Marchand')"],
    ids=["crashes", "hangs", "fails"],
)
def test_a_file_that_breaks_a_library_breaks_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    breaks(tmp_path, monkeypatch, program)
    monkeypatch.setattr(sandbox, "PATIENCE", 1.0)
    for _ in range(3):  # each gives its turn back
        with pytest.raises(WrongDocument, match="trop lourd à lire"):
            sandbox.keep(b"%PDF-")


def test_whatever_reads_files_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_SECRET_KEY", "s" * 40)
    told = "import json, os; print(json.dumps({'media_type': ' '.join(os.environ), 'pages': 1}))"
    breaks(tmp_path, monkeypatch, told)
    assert set(sandbox.keep(b"").media_type.split()) <= {"PATH", "LC_CTYPE"}
    assert "RELAIS_SECRET_KEY" in os.environ


@pytest.mark.parametrize(
    ("name", "kept_name"),
    [
        ("biologie.pdf", "biologie.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\radio.png", "radio.pdf"),
        ('a"\r\nX-Evil: 1.pdf', "a X-Evil 1.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("é" * 300 + ".pdf", "é" * 80 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name: str, kept_name: str) -> None:
    assert safe_name(name, "pdf") == kept_name
