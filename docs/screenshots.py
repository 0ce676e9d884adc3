"""Takes the pictures of the documents from the running demonstration: `bin/screenshots [--few]`.

The few pictures that the documents show, and `sheets`. `images/STAMP` says of which templates and styles the few are; a
test compares it, so that no picture grows old unseen. `--few` leaves the sheets as they are: each set of them is
megabytes of history.
"""

import base64
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, sync_playwright

from docs import sheets
from tests.browser import hard_day
from tests.services.browser import Browsers, find_chromium

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
STAMP = IMAGES / "STAMP"

BOTH = """<!doctype html><style>
body {{ margin: 0; padding: 40px; background: #e4e1d6; display: flex; gap: 40px; align-items: center;
  justify-content: center }}
img {{ display: block; border: 10px solid #1c2423; border-radius: 28px; height: {height}px }}
</style><img src="data:image/png;base64,{tablet}"><img src="data:image/png;base64,{phone}">"""


def looks() -> str:
    """A hash of everything that decides how the screens look."""
    files = (path for folder in ("templates", "static/css") for path in (ROOT / "app" / folder).rglob("*"))
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def main(few: str = "") -> None:
    if few not in ("", "--few"):
        raise SystemExit("usage: bin/screenshots [--few]")
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no browser here: install Chromium (Debian: apt-get install chromium)")
    IMAGES.mkdir(exist_ok=True)
    taken_of = looks()
    with demonstration() as (address, folder), sync_playwright() as driver:
        browsers = Browsers(driver, chromium, None)
        browsers.allow("")  # Judging the pages is the tests' work.
        tell(browsers, f"{address}/demo/as")
        browsers.close()
        if not few:
            hard_day.write(folder)
            sheets.make(browsers, address, IMAGES)
            browsers.close()
    STAMP.write_text(taken_of + "\n")


@contextlib.contextmanager
def demonstration() -> Iterator[tuple[str, Path]]:
    """The address of a demonstration and its folder, with a port of its own, stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="relais-screenshots-") as folder:
        address = f"http://localhost:{(port := free_port())}"
        environment = {**os.environ, "RELAIS_DATA": folder, "PORT": str(port)}
        for name in ("RELAIS_DATABASE_URL", "RELAIS_BASE_URL", "RELAIS_SECRET_KEY"):
            environment.pop(name, None)
        running = subprocess.Popen([ROOT / "bin" / "demo"], env=environment)  # noqa: S603 -- our own script
        try:
            wait_for(f"{address}/healthz", running)
            yield address, Path(folder)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    """Up to five minutes on a busy machine: the first start also loads the invented people."""
    for _ in range(600):
        if running.poll() is not None:
            raise SystemExit("bin/demo ended by itself")
        with contextlib.suppress(OSError):  # refused, or too slow
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 -- our own http address
            return
        time.sleep(0.5)
    raise SystemExit("bin/demo does not answer")


def tell(browsers: Browsers, people: str) -> None:
    """One request, from the question to the patient's page, photographed on the way."""
    tablet = browsers.tablet(device_scale_factor=1).pages[0]
    phone = browsers.phone(device_scale_factor=2).pages[0]
    night = browsers.phone(device_scale_factor=2, dark=True).pages[0]
    ask(tablet, f"{people}/orientation-nurse")
    look(phone, f"{people}/nurse/inbox", "inbox")
    look(night, f"{people}/nurse/inbox", "inbox-dark")
    newest_offer(phone).get_by_role("button", name="Accepter").click()
    phone.locator("#offer .patient").wait_for()
    tablet.locator("[role=status][data-state=accepted]").wait_for()
    both = beside(snap(tablet), snap(phone), browsers)
    (IMAGES / "side-by-side.png").write_bytes(both)
    phone.locator("button[name=slot]").first.click()
    tablet.locator("#request [role=status][data-state=scheduled]").wait_for()
    save(tablet, "request")
    open_patient_page(tablet, phone)


def ask(tablet: Page, person: str) -> None:
    tablet.goto(f"{person}/requests/new?pathway=home-care")
    tablet.locator("#q").fill("12/03/1948")
    tablet.get_by_role("link", name="LEFÈVRE").click()
    form = tablet.locator("#new-request")
    for choice in ("Pansement", "Sous 48 h"):
        form.get_by_role("radio", name=choice).check()
    tablet.get_by_role("checkbox").check()
    save(tablet, "new-request")
    tablet.get_by_role("button", name="Envoyer la demande").click()
    tablet.locator("#request .reach__words").wait_for()


def newest_offer(phone: Page) -> Locator:
    """Of the invented offers and this one, the one with most time left, for the same care in the same town."""
    return phone.locator("article[data-offer]").filter(has_text="Pansement").filter(has_text="vry").last


def look(phone: Page, url: str, name: str) -> None:
    phone.goto(url)
    newest_offer(phone).wait_for()
    save(phone, name)


def open_patient_page(tablet: Page, phone: Page) -> None:
    """The link as the patient has it, at the root: the persona's prefix is the demonstration's own."""
    link = urlsplit("//" + tablet.locator("#patient-link").inner_text().split("localhost", 1)[1].split()[0])
    phone.goto(f"{urlsplit(phone.url).scheme}://localhost{link.geturl().removeprefix('//')}")
    phone.get_by_role("button", name="Je confirme").wait_for()
    save(phone, "patient")


def save(page: Page, name: str) -> None:
    (IMAGES / f"{name}.png").write_bytes(snap(page))


def snap(page: Page) -> bytes:
    page.wait_for_timeout(400)  # the last transition ends
    page.evaluate("scrollTo(0, 0)")
    return page.screenshot(animations="disabled", caret="hide")


def beside(tablet: bytes, phone: bytes, browsers: Browsers) -> bytes:
    """Both devices on one table, drawn by the browser itself."""
    page = browsers.open("Galaxy Tab S9 landscape", 1230, 660, device_scale_factor=1).pages[0]
    one, two = (base64.b64encode(image).decode() for image in (tablet, phone))
    page.set_content(BOTH.format(height=560, tablet=one, phone=two))
    return page.screenshot()


if __name__ == "__main__":
    main(*sys.argv[1:])
