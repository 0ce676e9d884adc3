from datetime import UTC, datetime

import pytest

from app.accounts.rules import device_label, device_name, looks_copied, own_path
from app.language.typography import plain

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("path", ["/", "/inbox", "/requests/new?pathway=home-care", "/a//b", "/é"])
def test_own_paths_are_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "inbox",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n//evil",
        "https://evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        " //evil.example",
        "/a b",
    ],
)
def test_other_sites_are_not(path: str) -> None:
    assert own_path(path) == "/"


@pytest.mark.parametrize(
    ("synced", "known", "count", "copied"),
    [
        (False, 0, 0, False),
        (False, 0, 1, False),
        (False, 4, 5, False),
        (False, 5, 5, True),
        (False, 5, 4, True),
        (False, 5, 0, True),
        (True, 0, 0, False),
        (True, 5, 0, False),
    ],
)
def test_a_key_in_one_device_never_counts_backwards(synced: bool, known: int, count: int, copied: bool) -> None:
    assert looks_copied(synced, known, count) is copied


def test_a_new_passkey_is_called_after_its_device() -> None:
    assert device_name("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari") == "iPhone"
    assert device_name("Mozilla/5.0 (Linux; Android 16; Pixel 7) Chrome") == "Appareil Android"
    assert plain(device_name("curl/8")) == "Clé d'accès"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (
            "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 Chrome/149.0 Mobile Safari/537.36",
            "Chrome sur Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
            "Safari sur iPhone",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) CriOS/149.0 Mobile Safari/604.1", "Chrome sur iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/149.0 Safari/537.36 Edg/149.0", "Edge sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox sur Linux"),
        (
            "Mozilla/5.0 (Linux; Android 16) SamsungBrowser/30.0 Chrome/149.0 Safari/537.36",
            "Samsung Internet sur Android",
        ),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_called_as_its_owner_would(user_agent: str, label: str) -> None:
    assert device_label(user_agent) == label
