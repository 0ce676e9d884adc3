"""Contact sheets: every screen on every device it is for, light and dark, one picture per door.

A person looks through one in a minute. Part of `bin/screenshots`; the house stands already and has its hard day.
"""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.screens import SCREENS, STATES, Screen
from tests.services.browser import Browsers

SIZES = {"phone": (360, 740), "tablet": (1180, 820), "wall": (1920, 1080)}
QUALITY = 55
"""Of WebP: words stay sharp, a sheet stays a few hundred kilobytes."""

STYLE = """<!doctype html><meta charset=utf-8><style>
body { margin: 0; padding: 24px; background: #cfccc2; font: 600 17px/1.2 Roboto, sans-serif; color: #14211f }
h1 { margin: 0 0 16px; font-size: 26px }
ol { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 28px 24px }
figure { margin: 0; display: flex; gap: 8px; align-items: flex-start }
figure div { display: grid; gap: 8px }
figcaption { position: absolute; margin-top: -20px } li { padding-top: 22px }
img { display: block; border: 1px solid #14211f }
img.phone { width: 234px } img.tablet { width: 608px } img.wall { width: 760px }
</style>"""


@dataclass
class Taken:
    """One screen: what is on each device's glass by day and by night; of a phone, what one more move of the thumb
    brings, too."""

    screen: Screen
    glasses: dict[str, list[list[bytes]]] = field(default_factory=dict)

    def figure(self) -> str:
        caption = f"<figcaption>{escape(self.screen.name)}</figcaption>"
        phones = "".join(column("phone", scheme) for scheme in self.glasses.get("phone", []))
        wide = "".join(
            column(device, [one for scheme in self.glasses[device] for one in scheme])
            for device in ("tablet", "wall")
            if device in self.glasses
        )
        return f"<li><figure>{caption}{phones}{wide}</figure></li>"


def column(device: str, shots: Iterable[bytes]) -> str:
    source = "data:image/jpeg;base64,"
    drawn = "".join(f'<img class={device} src="{source}{base64.b64encode(shot).decode()}">' for shot in shots)
    return f"<div>{drawn}</div>"


def make(browsers: Browsers, house: str, images: Path) -> None:
    """Writes `images/screens-<door>.webp`. `house`: the address of the running product."""
    taken = [Taken(screen) for screen in (*SCREENS, *STATES)]
    for device, (width, height) in SIZES.items():
        model = "Pixel 7" if device == "phone" else "Galaxy Tab S9 landscape"
        page = browsers.open(model, width, height, device_scale_factor=1).pages[0]
        for one in taken:
            if device in one.screen.devices:
                one.screen.open(page, house)
                one.glasses[device] = by_day_and_night(page, deep=device == "phone")
        page.context.close()
    for door, of_door in by_door(taken):
        (images / f"screens-{door.replace(' ', '-')}.webp").write_bytes(sheet(browsers, door, of_door))


def by_door(taken: Iterable[Taken]) -> Iterator[tuple[str, list[Taken]]]:
    doors: dict[str, list[Taken]] = {}
    for one in taken:
        doors.setdefault(one.screen.door, []).append(one)
    return iter(doors.items())


def by_day_and_night(page: Page, *, deep: bool) -> list[list[bytes]]:
    shots: list[list[bytes]] = [[], []]
    for scheme, kept in zip(("light", "dark"), shots, strict=True):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("scrollTo(0, 0)")
        kept.append(snap(page))
        if deep and page.evaluate("scrollY < (scrollTo(0, innerHeight - 130), scrollY)"):
            kept.append(snap(page))
    page.emulate_media(color_scheme="light")
    return shots


def snap(page: Page) -> bytes:
    return page.screenshot(animations="disabled", caret="hide", type="jpeg", quality=85)


def sheet(browsers: Browsers, door: str, taken: list[Taken]) -> bytes:
    """All of a door's screens on one table, drawn by the browser itself."""
    page = browsers.open("Galaxy Tab S9 landscape", 2330, 1200, device_scale_factor=1).pages[0]
    page.set_content(f"{STYLE}<h1>{escape(door)}</h1><ol>{''.join(one.figure() for one in taken)}</ol>")
    session = page.context.new_cdp_session(page)
    drawn = session.send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True}
    )
    page.context.close()
    if not drawn["data"]:  # What WebP cannot hold comes back as nothing: at most 16,383 pixels a side.
        raise SystemExit(f"the sheet of {door} is too tall: part its screens")
    return base64.b64decode(drawn["data"])
