"""La Poste's whole file, when it stands beside the project: too large to be part of it."""

from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "data" / "laposte_hexasmal.csv"

needs_the_official_file = pytest.mark.skipif(
    not BESIDE.exists(), reason="the Base officielle des codes postaux is not beside this project"
)
