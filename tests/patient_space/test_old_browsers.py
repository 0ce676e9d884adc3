"""The style of a patient's pages is that of 2015: each thing in it was drawn by Chrome 47, Firefox 43 and Safari 9."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
STYLE = (APP / "static" / "css" / "space.css").read_text(encoding="utf-8")
SCRIPT = (APP / "static" / "js" / "read-aloud.js").read_text(encoding="utf-8")

PROPERTIES = {
    *("align-items", "animation", "background", "border", "border-color", "border-radius", "border-top", "bottom"),
    *("box-sizing", "clip", "color", "content", "cursor", "display", "fill", "flex", "flex-wrap", "font", "font-size"),
    *("font-weight", "height", "justify-content", "line-height", "list-style", "margin", "margin-left", "margin-right"),
    *("margin-top", "max-width", "min-height", "min-width", "opacity", "outline", "outline-color", "outline-offset"),
    *("overflow", "overflow-wrap", "padding", "padding-top", "pointer-events", "position", "stroke", "stroke-linecap"),
    *("stroke-linejoin", "stroke-width", "text-align", "text-decoration", "top", "transform", "white-space", "width"),
    *("word-wrap", "z-index", "-webkit-text-size-adjust"),
}
PSEUDO = {":focus", ":first-child", ":last-child", ":active", ":hover", ":checked", "::before", "::after"}
FUNCTIONS = {"rect", "scaleX", "calc", "translateY"}
UNITS = {"px", "rem", "em", "%", "ms", "s", "pt", "vh", "vw"}
LEFT_OUT = ("prefers-color-scheme", "prefers-contrast", "prefers-reduced-motion", "forced-colors")
"""Media features that came later: an old browser takes such a block for `not all`, and leaves it out whole."""


def rules(style: str) -> Iterator[tuple[str, str, str]]:
    """(the at-rule around it, selector, declarations)."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    while found := re.search(r"@(\w+)([^{;]*)\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}", style):
        for selector, inside in re.findall(r"([^{}]+)\{([^{}]*)\}", found[3]):
            yield f"{found[1]} {found[2].strip()}", selector.strip(), inside
        style = style[: found.start()] + style[found.end() :]
    assert "@" not in style
    for selector, inside in re.findall(r"([^{}]+)\{([^{}]*)\}", style):
        yield "", selector.strip(), inside
    assert re.sub(r"[^{}]+\{[^{}]*\}", "", style).strip() == "", "what is left is no plain rule: it is nested"


def newer(style: str) -> list[str]:
    """What a browser of ten years ago would drop."""
    found = []
    for around, selector, inside in rules(style):
        kind, _space, condition = around.partition(" ")
        if around and not (kind == "keyframes" or condition == "print" or condition.strip("()").startswith(LEFT_OUT)):
            found.append(f"@{around}")
        found += [each for each in re.findall(r"::?[\w-]+\(?", selector) if each not in PSEUDO]
        found += [selector] if "&" in selector else []
        for declaration in filter(None, map(str.strip, inside.split(";"))):
            name, _colon, value = declaration.partition(":")
            known = PROPERTIES | ({"color-scheme"} if "color-scheme" in condition else set())
            found += [] if name.strip() in known else [declaration]
            found += [each for each in re.findall(r"([\w-]+)\(", value) if each not in FUNCTIONS]
            found += [unit for unit in re.findall(r"(?<![#\w-])[\d.]+([a-z%]+)", value) if unit not in UNITS]
            found += [declaration] if re.search(r"\b(grid|contents|inline-grid|#[0-9a-f]{8})\b", value) else []
    return found


def test_the_style_is_of_2015() -> None:
    assert newer(STYLE) == []


@pytest.mark.parametrize(
    "modern",
    [
        "@layer base { a { color: red; } }",
        "@container (min-width: 10px) { a { color: red; } }",
        "a { color: var(--ink); }",
        "a:is(b, c) { color: red; }",
        "a { b { color: red; } }",
        "a { display: grid; }",
        "a { gap: 8px; }",
        "a { margin-inline: 8px; }",
        "a { min-height: 100dvh; }",
        "a { color: color-mix(in srgb, red, blue); }",
        ":focus-visible { outline: 0; }",
    ],
)
def test_anything_newer_is_seen(modern: str) -> None:
    try:
        assert newer(modern) != []
    except AssertionError as nested:
        assert "nested" in str(nested)  # noqa: PT017 -- either way it is refused


def test_what_has_no_script_has_everything() -> None:
    """The script adds one thing, and is written as browsers of 2015 read it."""
    assert not re.search(r"=>|\b(const|let|class|async)\b|`|\?\.|\.\.\.", re.sub(r"/\*.*?\*/", "", SCRIPT, flags=re.S))
    assert "localService" in SCRIPT, "a voice of the device, or none"


def test_each_class_of_the_pages_has_its_style() -> None:
    """The sheet is alone: nothing of the house's own reaches these pages."""
    templates = (APP / "templates" / "patient_space").glob("*.html")
    said = [each for path in templates for each in re.findall(r'class="([\w -]+)"', path.read_text())]
    used = {name for each in said for name in each.split()}
    unstyled = {name for name in used if f".{name}" not in STYLE}
    assert unstyled <= {"field"}, unstyled
