"""The score that Mozilla's HTTP Observatory would give an answer, computed here (FACTS 3.5).

Start at 100; penalties first; what is better than needed counts only from 90 on.
"""

import re
from dataclasses import dataclass

from werkzeug.datastructures import Headers

SIX_MONTHS = 15_768_000
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


@dataclass(frozen=True)
class Score:
    """`missing`: the bonuses not reached; `faults`: the penalties, with their reasons."""

    points: int
    faults: dict[str, int]
    missing: dict[str, int]


def score(headers: Headers, page: str) -> Score:
    """Of one answer over https with its body."""
    directives = policy(headers.get("Content-Security-Policy", ""))
    faults = {why: points for why, (wrong, points) in _faults(headers, page, directives).items() if wrong}
    bonuses = _bonuses(headers, page, directives)
    missing = {why: points for why, (reached, points) in bonuses.items() if not reached}
    points = 100 - sum(faults.values())
    if points >= 90:
        points += sum(points for reached, points in bonuses.values() if reached)
    return Score(points, faults, missing)


def policy(text: str) -> dict[str, list[str]]:
    parts = (part.split() for part in text.split(";"))
    return {part[0].lower(): part[1:] for part in parts if part}


def strict(directives: dict[str, list[str]]) -> bool:
    """Nothing unsafe, everything closed by default, and forms kept home."""
    words = {word for values in directives.values() for word in values}
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}
    # `data:` is loose where it can run; an image cannot.
    runs = [*directives.get("script-src", []), *directives.get("object-src", []), *directives.get("default-src", [])]
    closed = directives.get("default-src") == ["'none'"] and bool(directives.get("form-action"))
    return closed and not words & loose and "data:" not in runs


def framed(headers: Headers, directives: dict[str, list[str]]) -> bool:
    """May another site put this in a frame?"""
    return directives.get("frame-ancestors") not in (["'none'"], ["'self'"]) and (
        headers.get("X-Frame-Options", "").upper() not in ("DENY", "SAMEORIGIN")
    )


def foreign_scripts(page: str) -> list[str]:
    return re.findall(r"<script[^>]*src=[\"'](?:https?:)?//", page)


def hsts(headers: Headers) -> int:
    found = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    return int(found[1]) if found else 0


def cookies(headers: Headers) -> list[str]:
    return headers.getlist("Set-Cookie")


def safe(cookie: str) -> bool:
    return all(word in cookie for word in ("Secure", "HttpOnly", "SameSite="))


def _faults(headers: Headers, page: str, directives: dict[str, list[str]]) -> dict[str, tuple[bool, int]]:
    sessions = [c for c in cookies(headers) if re.match(r"[^=]*(sess|login|relais)", c, re.I)]
    origin = headers.get("Access-Control-Allow-Origin", "")
    return {
        "no CSP": (not directives, 25),
        "unsafe CSP": (bool(directives) and "'unsafe-inline'" in directives.get("script-src", []), 20),
        "session cookie without Secure": (any("Secure" not in c for c in sessions), 40),
        "session cookie without HttpOnly": (any("HttpOnly" not in c for c in sessions), 30),
        "any other cookie without Secure": (any("Secure" not in c for c in cookies(headers)), 20),
        "CORS with credentials": (bool(origin) and "true" in headers.get("Access-Control-Allow-Credentials", ""), 50),
        "no HSTS": (hsts(headers) == 0, 20),
        "HSTS under six months": (0 < hsts(headers) < SIX_MONTHS, 10),
        "no nosniff": (headers.get("X-Content-Type-Options", "") != "nosniff", 5),
        "leaking referrer": (
            headers.get("Referrer-Policy", "") in ("unsafe-url", "origin", "no-referrer-when-downgrade"),
            5,
        ),
        "can be framed": (framed(headers, directives), 20),
        "foreign script without SRI": (bool(foreign_scripts(page)), 50),
    }


def _bonuses(headers: Headers, page: str, directives: dict[str, list[str]]) -> dict[str, tuple[bool, int]]:
    return {
        "strict CSP": (strict(directives), 10),
        "safe cookies": (all(safe(c) for c in cookies(headers)) and bool(cookies(headers)), 5),
        "private referrer": (headers.get("Referrer-Policy", "") in PRIVATE_REFERRERS, 5),
        "HSTS preloaded": (False, 5),  # A list in the browsers themselves: each host asks for its own place.
        "SRI": ("<script" in page and not foreign_scripts(page) and "integrity=" in page, 5),
        "no frames": (not framed(headers, directives), 5),
        "CORP": (headers.get("Cross-Origin-Resource-Policy") == "same-origin", 10),
        "COEP": (headers.get("Cross-Origin-Embedder-Policy") in ("require-corp", "credentialless"), 10),
        "COOP": (headers.get("Cross-Origin-Opener-Policy") == "same-origin", 10),
    }
