"""Files as phones and hospitals make them, and as they should not be."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

HEIC = (Path(__file__).parent / "photo.heic").read_bytes()
"""Of a telephone that keeps its photos so, 48 points wide, with the place and the device."""

LOCKED = (Path(__file__).parent / "locked.pdf").read_bytes()
"""It asks for a password before it can be read."""

DEVICE = "SAMSUNG SM-A525F"
WHERE = {1: "N", 2: (48.0, 7.0, 12.0), 3: "W", 4: (1.0, 41.0, 3.0)}  # of a hospital's car park
ORIENTATION, MAKE, PLACE = 0x0112, 0x010F, 0x8825


@cache
def photo(
    width: int = 400, height: int = 300, kind: str = "JPEG", *, turned: bool = False, heavy: bool = False
) -> bytes:
    """As a camera makes it: with the device, and where it was. `turned`: the phone was held upright, which a note says.

    `heavy`: of a pattern that no format makes small, as skin and gauze are.
    """
    image = (
        Image.effect_noise((width, height), 60).convert("RGB")
        if heavy
        else Image.new("RGB", (width, height), "#b04a3a")
    )
    ImageDraw.Draw(image).text((10, 10), "Ordonnance : pansement", fill="white", font_size=max(12, height // 20))
    notes = Image.Exif()
    notes[MAKE] = DEVICE
    notes[ORIENTATION] = 6 if turned else 1
    notes.get_ifd(PLACE).update(WHERE)
    out = io.BytesIO()
    xmp = b"<?xpacket begin='' id='W5M0'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>Plouzane</x:xmpmeta><?xpacket end='w'?>"
    image.save(out, kind, exif=notes, **({"quality": 93, "xmp": xmp} if kind != "PNG" else {"compress_level": 1}))
    return out.getvalue()


@cache
def moving() -> bytes:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@cache
def bomb() -> bytes:
    """A megabyte that becomes 1.2 gigabytes: 400 million points of one colour."""
    out = io.BytesIO()
    Image.new("L", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@cache
def pdf(text: str = "Biologie", pages: int = 1, *, nasty: bool = False) -> bytes:
    """`nasty`: with an author, scripts that run by themselves, a program within, and a photo that says where it was."""
    first = 6  # the number of the first page's object; each page is two
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(pages))
    runs = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>" if nasty else ""
    within = (
        "/Names << /EmbeddedFiles << /Names [(evil.exe) << /F (evil.exe) /EF << /F 4 0 R >> >>] >> >>" if nasty else ""
    )
    opens = "/AA << /O << /S /JavaScript /JS (app.alert\\(2\\)) >> >>" if nasty else ""
    link = "/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 90 90] /A << /S /URI /URI (http://evil.example) >> >>]"
    picture = photo(40, 30) if nasty else b""
    objects: list[bytes] = [
        f"<< /Type /Catalog /Pages 2 0 R {runs} {within} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        stream(b"MZ evil program"),
        stream(picture, "/Type /XObject /Subtype /Image /Width 40 /Height 30 /ColorSpace /DeviceRGB "
               "/BitsPerComponent 8 /Filter /DCTDecode"),
    ]  # fmt: skip
    for number in range(pages):
        drawn = f"BT /F1 24 Tf 72 760 Td ({text} {number + 1}) Tj ET"
        drawn += " q 200 0 0 150 72 500 cm /I1 Do Q" if nasty else ""
        uses = "/XObject << /I1 5 0 R >>" if nasty else ""
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * number + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> {uses} >> {opens} {link if nasty else ''} >>".encode(),
            stream(drawn.encode()),
        ]
    objects.append(b"<< /Author (Dr Marchand) /Producer (SecretSoft) >>")
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    info = b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    return body + end + info + b"startxref\n%d\n%%%%EOF\n" % len(body)


def stream(body: bytes, about: str = "") -> bytes:
    return f"<< {about} /Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"
