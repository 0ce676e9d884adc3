"""Makes of a file what may be kept, in a process of its own: `sandbox.py` starts it, nothing imports it.

What a browser sends is read by large libraries in C, in which faults are found every year. So they run where there is
no secret in the environment, and little memory and time: a file that breaks them breaks nothing else.

`press.py keep`: a file comes in, its clean form goes out. `press.py page N`: a kept PDF comes in, a picture of its page
goes out. Before the bytes stands one line of JSON: `media_type` and `pages`, or `wrong`, the slug of what is the matter
(`rules.WRONG`) with its `facts`.
"""

import io
import json
import re
import resource
import sys
import warnings
from typing import Any, NoReturn

import pi_heif
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageFile, ImageOps

MEMORY, SECONDS = 1_000_000_000, 20
LONGEST = 1600
"""Pixels of the longer side: an A4 sheet at 137 dots per inch, whose small print can be read."""

QUALITY = 82
MOST_PIXELS = 50_000_000
MOST_PAGES = 40

SIGNS = (
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"RIFF....WEBP", re.S), "WEBP"),
    (re.compile(rb"....ftyp(?:heic|heix|hevc|hevx|heim|heis|mif1|msf1)", re.S), "HEIF"),
)
"""How each picture begins. What a file calls itself proves nothing."""

PDF_WITHIN = 1024
"""A PDF may have anything before its first line (Adobe's readers look so far): a mark, blank lines, a mail's head."""


class Wrong(Exception):
    """Why this is not kept: a slug of `rules.WRONG`, and what its sentence names."""

    def __init__(self, slug: str, **facts: object) -> None:
        self.slug, self.facts = slug, facts


def clean_form(body: bytes) -> tuple[dict[str, Any], bytes]:
    if not body:
        raise Wrong("empty")
    kind = next((kind for sign, kind in SIGNS if sign.match(body)), None)
    if kind:
        return {"media_type": "image/jpeg", "pages": 1}, picture(body, kind)
    start = body.find(b"%PDF-", 0, PDF_WITHIN)
    if start < 0:
        raise Wrong("unknown")
    clean, pages = leaves(body[start:])
    return {"media_type": "application/pdf", "pages": pages}, clean


# ---- pictures


def picture(body: bytes, kind: str) -> bytes:
    """Upright, small enough, and made anew: nothing is left of where, when and by which device it was taken."""
    try:
        with Image.open(io.BytesIO(body), formats=[kind]) as image:
            if getattr(image, "n_frames", 1) > 1 and kind != "HEIF":
                raise Wrong("moves")
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise Wrong("too-many-pixels", millions=round(width * height / 1e6))
            image.draft("RGB", (LONGEST, LONGEST))  # A JPEG is read at half its size or less, where that is enough.
            image.load()
            return as_jpeg(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError):
        raise Wrong("damaged-picture") from None


def as_jpeg(image: Image.Image) -> bytes:
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    out = io.BytesIO()
    bare = Image.new("RGB", image.size)
    bare.paste(image.convert("RGB"))  # The pixels alone: a format's own notes do not come along.
    bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


# ---- PDF


def leaves(body: bytes) -> tuple[bytes, int]:
    """A new PDF of nothing but its pages: no author, no software, no script, no file within, no password."""
    with opened(body) as given, pdfium.PdfDocument.new() as made:
        pages = len(given)
        if pages > MOST_PAGES:
            raise Wrong("too-many-pages", pages=pages, most=MOST_PAGES)
        if not pages:
            raise Wrong("damaged-pdf")
        for page in given:
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)  # What was filled into a form becomes print.
        drawn(given[0])
        made.import_pages(given)
        out = io.BytesIO()
        made.save(out)
    return without_notes(out.getvalue()), pages


def opened(body: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(body, autoclose=True)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        raise Wrong("locked-pdf" if locked else "damaged-pdf") from None


def drawn(page: pdfium.PdfPage) -> Image.Image:
    try:
        image: Image.Image = page.render(scale=LONGEST / max(page.get_size())).to_pil()
    except (pdfium.PdfiumError, ValueError, ZeroDivisionError):
        raise Wrong("damaged-pdf") from None
    return image


JPEG_NOTE = re.compile(rb"\xff[\xe1\xed](..)(?=Exif\x00|http://ns\.adobe\.com/|Photoshop )", re.S)
PAGE_ACTIONS = re.compile(rb"/AA(?=\s*(?:<<|\d+ \d+ R))")
XMP = re.compile(rb"<\?xpacket begin.*?<\?xpacket end[^>]*>", re.S)


def without_notes(pdf: bytes) -> bytes:
    """A photo within a PDF has its own notes of place and device, and a page may run something when it is opened:
    blanked in place, so that no offset changes."""
    clean = bytearray(pdf)
    for note in JPEG_NOTE.finditer(pdf):
        size = int.from_bytes(note[1], "big")
        clean[note.end() : note.start() + 2 + size] = bytes(max(0, note.start() + 2 + size - note.end()))
    for note in XMP.finditer(pdf):
        clean[note.start() : note.end()] = b" " * (note.end() - note.start())
    return PAGE_ACTIONS.sub(b"/--", bytes(clean))


def page_picture(body: bytes, number: int) -> tuple[dict[str, Any], bytes]:
    with opened(body) as given:
        if not 0 < number <= len(given):
            raise Wrong("damaged-pdf")
        return {"media_type": "image/jpeg", "pages": len(given)}, as_jpeg(drawn(given[number - 1]))


def main(verb: str, *number: str) -> NoReturn:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # Ours is asked above, and has its own sentence.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    pi_heif.register_heif_opener(thumbnails=False)
    body = sys.stdin.buffer.read()
    made = b""
    try:
        head, made = clean_form(body) if verb == "keep" else page_picture(body, int(number[0]))
    except Wrong as wrong:
        head = {"wrong": wrong.slug, "facts": wrong.facts}
    except MemoryError:
        head = {"wrong": "too-much", "facts": {}}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + made)
    sys.stdout.buffer.flush()
    sys.exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
