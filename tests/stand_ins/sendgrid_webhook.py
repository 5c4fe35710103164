"""What SendGrid's event webhook does: signs the raw bytes of what it posts."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Signing:
    """A webhook with a key of its own."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)

    @property
    def public_key(self) -> str:
        """As SendGrid's page shows it."""
        der = self.key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    def headers(self, body: bytes, *, at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        seal = self.key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(seal).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
            "Content-Type": "application/json",
        }
