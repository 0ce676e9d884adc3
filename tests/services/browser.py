"""Phones and tablets: real Chromium, one persistent profile each, that complains when a page does."""

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Page, Playwright, WebError, expect

from tests.services.push_service import PushDevice

PATIENCE = 60_000
"""ms until what is waited for counts as not coming: a busy machine may stall for seconds."""

expect.set_options(timeout=PATIENCE)

FLAGS = (
    "--headless",
    "--accept-lang=fr-FR,fr",  # `locale` is what pages say, not what a service worker is fetched with
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
WCAG_22_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PUSH_SUBSCRIPTION = Path(__file__).with_name("push_subscription.js")


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", *MAC_APPLICATIONS)
    return next((found for name in names if (found := shutil.which(name))), None)


def missing_packages() -> list[str]:
    """Debian packages to install before `Browsers` can open anything."""
    return [] if find_chromium() else ["chromium"]


class Browsers:
    """Opens devices for one test and closes them after it.

    `close()` raises AssertionError when a page logged an error, broke its Content-Security-Policy or threw,
    unless a pattern given to `allow` is found in the complaint. Chromium logs a line for every answer of 400
    and above: a test that provokes one says `allow("status of 409")`.
    """

    def __init__(self, playwright: Playwright, chromium: str, bus_address: str | None) -> None:
        self._playwright = playwright
        self._chromium = chromium
        self._environment = dict(os.environ)
        if bus_address:
            self._environment["DBUS_SESSION_BUS_ADDRESS"] = bus_address
        self._opened: list[tuple[BrowserContext, str]] = []
        self._allowed: list[str] = []
        self.complaints: list[str] = []

    def phone(self, **options: Any) -> BrowserContext:
        """A 360×740 Android phone; options are those of `open`."""
        return self.open("Pixel 7", 360, 740, **options)

    def tablet(self, **options: Any) -> BrowserContext:
        """An 1180×820 Android tablet lying on its side; options are those of `open`."""
        return self.open("Galaxy Tab S9 landscape", 1180, 820, **options)

    def open(
        self,
        model: str,
        width: int,
        height: int,
        *,
        dark: bool = False,
        push: PushDevice | None = None,
        **options: Any,
    ) -> BrowserContext:
        """Open a device with a fresh profile and notifications granted; its first page is `context.pages[0]`.

        `push` makes the page's push subscription that device's. Other options go to Playwright as they are
        (`java_script_enabled=False`, `reduced_motion="reduce"`, `permissions=[]`…).
        """
        profile = tempfile.mkdtemp(prefix="relais-browser-")
        device = dict(self._playwright.devices[model])
        del device["default_browser_type"]  # a persistent context refuses it
        device["viewport"] = device["screen"] = {"width": width, "height": height}
        settings: dict[str, Any] = device | {
            "color_scheme": "dark" if dark else "light",
            "locale": "fr-FR",
            "timezone_id": "Europe/Paris",
            "permissions": ["notifications"],
        }
        context = self._playwright.chromium.launch_persistent_context(
            profile,
            executable_path=self._chromium,
            args=FLAGS,
            env=self._environment,
            **(settings | options),
        )
        self._opened.append((context, profile))
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", self._hear_error)
        if push:
            context.add_init_script(PUSH_SUBSCRIPTION.read_text().replace("HELD", json.dumps(push.subscription)))
        return context

    def allow(self, *patterns: str) -> None:
        """Complaints in which one of these regular expressions is found do not fail this test."""
        self._allowed.extend(patterns)

    def close(self) -> None:
        for context, profile in self._opened:
            context.close()
            shutil.rmtree(profile, ignore_errors=True)
        self._opened.clear()
        heard = [one for one in self.complaints if not any(re.search(known, one) for known in self._allowed)]
        self.complaints.clear()
        assert not heard, "pages complained:\n" + "\n".join(heard)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            place = message.location
            self.complaints.append(f"{message.text} ({place['url']}:{place['lineNumber']})")

    def _hear_error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")


class VirtualAuthenticator:
    """The fingerprint reader of one page, holding passkeys; it verifies its person unless told otherwise."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id: str = added["authenticatorId"]

    @property
    def credentials(self) -> list[dict[str, Any]]:
        held = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        credentials: list[dict[str, Any]] = held["credentials"]
        return credentials

    def add(self, credential: dict[str, Any]) -> None:
        """Put in a passkey read from another authenticator, as a synced account does on a second phone."""
        self._session.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential})

    def verifies(self, verified: bool) -> None:
        """False: the wrong finger, the browser answers NotAllowedError."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": verified})


def virtual_authenticator(page: Page) -> VirtualAuthenticator:
    """Give the page a fingerprint reader. Passkeys need `http://localhost:…`, an IP address is refused."""
    return VirtualAuthenticator(page)


AT_REST = """() => Promise.race([
  Promise.all(document.getAnimations()
    .filter(a => a.effect.getComputedTiming().iterations !== Infinity)
    .map(a => a.finished.catch(() => {}))),
  new Promise(done => setTimeout(done, 10000))])"""
"""A colour on its way from one to another has a contrast of its own, which nobody reads."""


LAID_DOWN = "position => document.querySelectorAll('.thumb-bar').forEach(bar => { bar.style.position = position })"
"""What scrolls beneath the bar at the thumb is no smaller for it."""


def assert_accessible(page: Page, *, ignore: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> None:
    """Run axe (WCAG 2.2 AA and best practices) on the page; `ignore` names its rules to leave out, `only` those that
    are asked again of a page that passed them all."""
    page.evaluate(AT_REST)
    if not page.evaluate("Boolean(globalThis.axe)"):
        page.evaluate(AXE_SCRIPT)
    options = {
        "runOnly": {"type": "rule", "values": only} if only else {"type": "tag", "values": WCAG_22_AA},
        "rules": {rule: {"enabled": False} for rule in ignore},
        "resultTypes": ["violations"],
    }
    page.evaluate(LAID_DOWN, "static")
    found = page.evaluate("options => axe.run(document, options)", options)
    page.evaluate(LAID_DOWN, "")
    lines = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not lines, f"{page.url} is not accessible:\n" + "\n".join(lines)


def deliver_push(page: Page, data: bytes | str | dict[str, Any], *, stopped: bool = False) -> None:
    """Hand a push to the service worker of the page, as the vendor's service would.

    `data` is the decrypted payload (`PushMessage.data`, or a dict that becomes JSON). `stopped=True` puts the
    worker to sleep first, as a phone does: the push must wake it.
    """
    # Without a first look, Chromium loses the first notification of a session.
    if not page.evaluate("Boolean(globalThis.sawNotifications)"):
        page.evaluate("navigator.serviceWorker.ready.then(ready => ready.getNotifications()).then(list => list.length)")
        page.evaluate("globalThis.sawNotifications = true")
        page.wait_for_timeout(500)
    session = page.context.new_cdp_session(page)
    origin, registration = _registration(page, session)
    if stopped:
        session.send("ServiceWorker.stopAllWorkers")
    text = json.dumps(data) if isinstance(data, dict) else data.decode() if isinstance(data, bytes) else data
    session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": registration, "data": text})
    session.detach()


def _registration(page: Page, session: CDPSession) -> tuple[str, str]:
    """The origin and the identifier of the registration whose scope covers the page."""
    scope: str = page.evaluate("navigator.serviceWorker.ready.then(ready => ready.scope)")
    found: list[str] = []

    def note(event: dict[str, Any]) -> None:
        found.extend(one["registrationId"] for one in event["registrations"] if one["scopeURL"] == scope)

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    for _ in range(3000):
        if found:
            return page.evaluate("location.origin"), found[-1]
        page.wait_for_timeout(20)
    raise AssertionError(f"no service worker is registered for {scope}")
