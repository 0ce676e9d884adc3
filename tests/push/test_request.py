"""The published example of the standard, and what a browser's own library makes of ours."""

import base64
import json
import os
from datetime import timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from app import clock
from app.push import request, vapid
from app.push.request import BODY_LIMIT, encrypted
from tests.services.push_service import FakePushService


def claims(header: str) -> dict[str, object]:
    middle = header.removeprefix("vapid t=").split(",")[0].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_rfc_8291(monkeypatch: pytest.MonkeyPatch) -> None:
    number = int.from_bytes(from_base64url("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    key, salt = ec.derive_private_key(number, ec.SECP256R1()), from_base64url("DGv6ra1nlYgDCS1FRnbzlw")
    monkeypatch.setattr(ec, "generate_private_key", lambda *_: key)
    monkeypatch.setattr(os, "urandom", lambda _length: salt)
    phone = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    body = encrypted(b"When I grow up, I want to be a watermelon", phone, "BTBZMqHH6r4Tts7J_aSIgg")
    assert base64.urlsafe_b64encode(body).rstrip(b"=").decode() == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6"
        "PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("size", [1, 700, 3993])
def test_a_browser_reads_any_size(push_service: FakePushService, size: int) -> None:
    device = push_service.new_device()
    content = os.urandom(size)
    body = encrypted(content, device.p256dh, device.auth)
    assert len(body) <= BODY_LIMIT
    secret = from_base64url(device.auth)
    read = http_ece.decrypt(body, private_key=device._private_key, auth_secret=secret, version="aes128gcm")
    assert read == content


def test_each_message_has_a_key_and_a_salt_of_its_own(push_service: FakePushService) -> None:
    device = push_service.new_device()
    one, other = (encrypted(b"the same", device.p256dh, device.auth) for _ in range(2))
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]


@pytest.mark.parametrize("field", ["too much", "not a point", "short secret", "no base64url"])
def test_what_cannot_be_sent_is_refused(push_service: FakePushService, field: str) -> None:
    device = push_service.new_device()
    content, p256dh, auth = {
        "too much": (bytes(3994), device.p256dh, device.auth),
        "not a point": (b"x", "B" * 87, device.auth),
        "short secret": (b"x", device.p256dh, "AAAA"),
        "no base64url": (b"x", device.p256dh, "é" * 22),
    }[field]
    with pytest.raises(ValueError, match=r"."):
        encrypted(content, p256dh, auth)


def test_a_phones_keys_are_read_once(push_service: FakePushService) -> None:
    device = push_service.new_device()
    before = request._phone.cache_info().misses
    for _ in range(3):
        encrypted(b"again", device.p256dh, device.auth)
    assert request._phone.cache_info().misses == before + 1


def test_each_service_has_its_own_header_renewed_before_it_ends(app: Flask) -> None:
    key = vapid.fingerprint()
    first = request.authorization("https://a.example", key, clock.now())
    other = request.authorization("https://b.example", key, clock.now())
    assert (claims(first)["aud"], claims(other)["aud"]) == ("https://a.example", "https://b.example")
    assert request.authorization("https://a.example", key, clock.now()) == first
    assert claims(first)["sub"] == "mailto:relais@example.org"
    for _ in range(30):
        left = claims(request.authorization("https://a.example", key, clock.now()))["exp"] - clock.now().timestamp()
        assert 6 * 3600 <= left <= 12 * 3600
        clock.advance(timedelta(minutes=59))
