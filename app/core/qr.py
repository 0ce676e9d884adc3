"""An address as a code to scan."""

from functools import lru_cache

import segno


@lru_cache(maxsize=64)
def qr_svg(address: str) -> str:
    """An SVG without sizes or styles, so that the page decides.

    Kept for a while, in this process alone, which holds the keys of such addresses anyway: a request's page fetches
    itself again whenever something moves, and drawing cost more than reading all the rest.
    """
    return segno.make(address, error="m").svg_inline(omitsize=True, svgclass=None, lineclass=None, border=2)
