"""How lines are chained, and what is kept of where somebody was."""

import pytest

from app.audit.rules import BEGINNING, network, seal, trouble


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        (None, ""),
        ("unix:", ""),
    ],
)
def test_a_network_and_never_a_device(address: str | None, kept: str) -> None:
    assert network(address) == kept


def test_the_seal_covers_the_place_the_content_and_what_came_before() -> None:
    line = {"event": "patient.read", "detail": {"request": "1"}}
    sealed = seal(BEGINNING, 1, line)
    assert len(sealed) == 64
    assert sealed == seal(BEGINNING, 1, {"detail": {"request": "1"}, "event": "patient.read"})
    others = seal(sealed, 1, line), seal(BEGINNING, 2, line), seal(BEGINNING, 1, {**line, "event": "patient.Read"})
    assert sealed not in others


def test_what_is_wrong_is_named() -> None:
    line = {"event": "patient.read"}
    sealed = seal(BEGINNING, 1, line)
    assert trouble((1, BEGINNING), (1, BEGINNING, sealed), line) is None
    assert trouble((1, BEGINNING), (2, BEGINNING, sealed), line) == "1 is missing"
    assert trouble((1, BEGINNING), (1, BEGINNING, sealed), None) == "1 was removed"
    assert trouble((1, BEGINNING), (1, BEGINNING, sealed), {"event": "other"}) == "1 was changed"
    assert trouble((1, BEGINNING), (1, sealed, sealed), line) == "1 was changed"
