"""A passkey in software: what an authenticator and a browser answer, for tests that need wrong answers too."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One passkey; ``count`` is what it claims to have signed so far."""

    origin: str = "http://localhost"
    host: str = "localhost"
    verified: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, flags: int, rest: bytes = b"") -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + rest

    def _answer(self, response: dict[str, bytes]) -> dict[str, Any]:
        return {
            "id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key",
            "response": {name: websafe_encode(value) for name, value in response.items()}, "clientExtensionResults": {},
        }  # fmt: skip

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to an enrolment."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED, attested)})
        client = self._client("webauthn.create", options["publicKey"]["challenge"])
        return self._answer({"clientDataJSON": client, "attestationObject": made})

    def prove(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to a sign-in; counts up."""
        self.count += 1
        client, data = self._client("webauthn.get", options["publicKey"]["challenge"]), self._data(0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signed})
