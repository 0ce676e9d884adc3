"""An address as a code to scan."""

import segno


def drawn(address: str) -> str:
    """An SVG without sizes or styles, so that the page decides."""
    return segno.make(address, error="m").svg_inline(omitsize=True, svgclass=None, lineclass=None, border=2)
