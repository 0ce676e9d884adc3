"""A plain PDF, line below line, made by the library that draws documents (`pypdfium2`). Nothing touches a disk."""

import ctypes
import io

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from app.language.spelling import unmarked

WIDTH, HEIGHT, MARGIN = 595, 842, 50
"""A4, in points."""

LETTERS = 92
"""Of one line in the size of the text: Helvetica is half as wide as it is high, on the average."""


class Paper:
    """Lines from the top down; a new page when one is full."""

    def __init__(self) -> None:
        self._pdf = pdfium.PdfDocument.new()
        self._font = raw.FPDFText_LoadStandardFont(self._pdf, b"Helvetica")
        self._page: pdfium.PdfPage | None = None
        self._y = 0.0

    def title(self, text: str) -> None:
        self._write(text, 18)
        self.space()

    def heading(self, text: str) -> None:
        self.space()
        self._write(text, 13)

    def line(self, text: str) -> None:
        for part in _folded(text):
            self._write(part, 10)

    def space(self) -> None:
        self._y -= 8

    def bytes(self) -> bytes:
        self._close()
        out = io.BytesIO()
        self._pdf.save(out)
        return out.getvalue()

    def _write(self, text: str, size: int) -> None:
        if self._page is None or self._y - size < MARGIN:
            self._close()
            self._page = self._pdf.new_page(WIDTH, HEIGHT)
            self._y = HEIGHT - MARGIN
        written = raw.FPDFPageObj_CreateTextObj(self._pdf, self._font, ctypes.c_float(size))
        letters = ctypes.create_string_buffer((_printable(text) + "\0").encode("UTF-16LE"))
        raw.FPDFText_SetText(written, ctypes.cast(letters, ctypes.POINTER(raw.FPDF_WCHAR)))
        raw.FPDFPageObj_Transform(written, 1, 0, 0, 1, MARGIN, self._y - size)
        raw.FPDFPage_InsertObject(self._page, written)
        self._y -= size * 1.4

    def _close(self) -> None:
        if self._page is not None:
            raw.FPDFPage_GenerateContent(self._page)
            self._page.close()
            self._page = None


def _printable(text: str) -> str:
    """What the standard fonts can draw (Windows-1252). A letter beyond loses its mark here; the JSON has it whole."""
    return "".join(each if _drawn(each) else unmarked(each) if _drawn(unmarked(each)) else "?" for each in text)


def _drawn(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return letter.isprintable()


def _folded(text: str) -> list[str]:
    """Into lines, between words where there are any."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        rest = paragraph
        while len(rest) > LETTERS:
            cut = rest.rfind(" ", LETTERS // 2, LETTERS)
            cut = cut if cut > 0 else LETTERS
            lines.append(rest[:cut])
            rest = rest[cut:].lstrip()
        lines.append(rest)
    return lines
