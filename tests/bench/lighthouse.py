"""What Lighthouse says of the twelve main pages on a slow phone (simulated 4G, four times slower). Not a test.

python -m tests.bench.lighthouse [runs] [part of a page's name]

On the demonstration, each page as a person who has something on it; medians. The machine is part of the result: a
machine that does other things too makes blocking time, and Lighthouse's own index of it (wanted: over 1,000) says so.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import sync_playwright

from docs.screenshots import demonstration
from tests.browser.screens import SCREENS, STATES, Screen
from tests.services.browser import Browsers, find_chromium

LIGHTHOUSE = "lighthouse@13.5.0"
MAIN = (
    "inbox, received",
    "inbox, offer",
    "inbox, visits",
    "asking, follow list",
    "asking, for which patient",
    "asking, request, being written",
    "asking, new patient",
    "asking, request",
    "watching, board",
    "people, my account",
    "coming in, sign-in",
    "patient, page",
)
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"


@dataclass(frozen=True)
class Judged:
    """One look at a page. Scores of 100; times in ms; `machine`: Lighthouse's index of what the machine could do."""

    performance: int
    accessibility: int
    best_practices: int
    blocking: float
    painted: float
    shift: float
    machine: float


def main_pages() -> list[Screen]:
    by_name = {str(screen): screen for screen in (*STATES, *SCREENS)}
    return [by_name[name] for name in MAIN]


def addresses(house: str, chromium: str) -> dict[str, str]:
    """Of each main page, as it is reached by hand. `house`: the address of the running product."""
    with sync_playwright() as driver:
        browsers = Browsers(driver, chromium, None)
        page = browsers.phone().pages[0]
        found = {}
        for screen in main_pages():
            screen.open(page, house)
            found[str(screen)] = page.url
        browsers.close()
    return found


def look(url: str, chromium: str, folder: str) -> Judged:
    command = ["node", f"{folder}/node_modules/lighthouse/cli/index.js", url, "--quiet", "--output=json"]
    command += ["--only-categories=performance,accessibility,best-practices", f"--chrome-flags={FLAGS}"]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"CHROME_PATH": chromium})
    return judged(json.loads(done.stdout))


def judged(said: dict[str, Any]) -> Judged:
    scores = [
        round(said["categories"][name]["score"] * 100) for name in ("performance", "accessibility", "best-practices")
    ]
    of = {name: said["audits"][name]["numericValue"] for name in FIGURES}
    return Judged(*scores, *of.values(), machine=said["environment"]["benchmarkIndex"])


FIGURES = "total-blocking-time", "largest-contentful-paint", "cumulative-layout-shift"


def line(name: str, looks: Sequence[Judged]) -> str:
    def middle(what: str) -> float:
        return statistics.median(getattr(one, what) for one in looks)

    scores = " | ".join(f"{middle(what):.0f}" for what in ("performance", "accessibility", "best_practices"))
    times = f"{middle('blocking'):.0f} ms | {middle('painted') / 1000:.1f} s | {middle('shift'):.3f}"
    return f"| {name} | {scores} | {times} | {middle('machine'):.0f} |"


def main(runs: str = "5", part: str = "") -> None:
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no browser here: install Chromium (Debian: apt-get install chromium)")
    with demonstration() as (house, _data), tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--prefix", folder, LIGHTHOUSE], check=True)
        pages = {name: url for name, url in addresses(house, chromium).items() if part in name}
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
        print("| page | performance | accessibility | best practices | blocking | largest paint | shift | machine |")
        print("|---|---|---|---|---|---|---|---|")
        for name, url in pages.items():
            print(line(name, [look(url, chromium, folder) for _ in range(int(runs))]), flush=True)
        print(f"load after: {os.getloadavg()[0]:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
