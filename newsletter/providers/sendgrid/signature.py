"""Is a POST from SendGrid: an ECDSA signature (P-256, SHA-256) over the raw bytes."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.providers.base import ProviderMisconfigured

SETTING = "SENDGRID_WEBHOOK_PUBLIC_KEY"
SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"

# Retries go on for 24 hours, and nobody promises that they are signed anew. Replaying
# is harmless: every event has an id, and is stored once.
OLDEST = timedelta(hours=25)
_LONGEST_SIGNATURE = 200  # of P-256 it is 96 characters at most


def read_keys(
    environment: Mapping[str, str],
) -> tuple[ec.EllipticCurvePublicKey, ...]:
    """The keys of the settings, none when not set: each webhook has one of its own.

    Raises ProviderMisconfigured with a sentence for one that cannot be read.
    """
    texts = [text.strip() for text in environment.get(SETTING, "").split(",")]
    return tuple(_key(text) for text in texts if text)


def is_signed(
    body: bytes,
    *,
    signature: str | None,
    timestamp: str | None,
    keys: Iterable[ec.EllipticCurvePublicKey],
    now: datetime,
) -> bool:
    """Whether one of the keys signed exactly these bytes, at most 25 hours ago."""
    if not signature or not timestamp or not _is_recent(timestamp, now=now):
        return False
    try:
        seal = base64.b64decode(signature[:_LONGEST_SIGNATURE], validate=True)
    except (binascii.Error, ValueError):
        return False
    # No separator; the body ends in CRLF, and reading and writing it would lose that.
    signed = timestamp.encode("ascii") + body
    return any(_verifies(key, seal, signed) for key in keys)


def _is_recent(timestamp: str, *, now: datetime) -> bool:
    # Eleven digits are the year 5138: longer is not a time, and int() of a million
    # digits is a way to keep a server busy.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return False
    return abs(now.timestamp() - int(timestamp)) <= OLDEST.total_seconds()


def _verifies(key: ec.EllipticCurvePublicKey, seal: bytes, signed: bytes) -> bool:
    try:
        key.verify(seal, signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _key(text: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:  # bad base64 is a ValueError
        raise _wrong() from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise _wrong()
    return key


def _wrong() -> ProviderMisconfigured:
    return ProviderMisconfigured(
        f"Settings: {SETTING} must hold the verification keys of SendGrid's event "
        "webhooks, as its page shows them (they begin with MFkwEwYHKoZI), separated "
        "by commas."
    )
