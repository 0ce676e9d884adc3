"""A passkey provider in software: real keys, real signatures, and every way to lie that the tests need."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, SYNCABLE, SYNCED, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Key:
    private: ec.EllipticCurvePrivateKey
    user_handle: bytes
    rp_id: str
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    count: int = 0


@dataclass
class Authenticator:
    """One device of one person. `origin` is what its browser believes to be on."""

    origin: str = "http://localhost:8000"
    synced: bool = False
    verifies: bool = True
    keys: list[Key] = field(default_factory=list)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`: ES256, attestation none."""
        user_handle = base64url_to_bytes(options["user"]["id"])
        key = Key(ec.generate_private_key(ec.SECP256R1()), user_handle, options["rp"]["id"])
        self.keys.append(key)
        attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + _cose(key.private)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(key, ATTESTED) + attested}
        return _credential(
            key,
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=cbor2.dumps(attestation),
        ) | {"clientExtensionResults": {}}

    def get(self, options: dict[str, Any], *, key: Key | None = None, count: int | None = None) -> dict[str, Any]:
        """Answer `navigator.credentials.get` with the last key; `count`: the sign count to claim."""
        key = key or self.keys[-1]
        key.count = count if count is not None else 0 if self.synced else key.count + 1
        data = self._data(key)
        client_data = self._client_data("webauthn.get", options)
        signature = key.private.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return _credential(
            key,
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=signature,
            userHandle=key.user_handle,
        )

    def _data(self, key: Key, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0) | (SYNCABLE | SYNCED if self.synced else 0)
        return hashlib.sha256(key.rp_id.encode()).digest() + bytes([flags]) + key.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        data = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(data).encode()


def _cose(private: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = private.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    encoded: bytes = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
    return encoded


def _credential(key: Key, **response: bytes) -> dict[str, Any]:
    encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
    return {
        "id": bytes_to_base64url(key.id),
        "rawId": bytes_to_base64url(key.id),
        "type": "public-key",
        "response": encoded,
    }
