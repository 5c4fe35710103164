"""Only what SendGrid signed is believed: over raw bytes, with any of our keys."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from newsletter.providers.base import ProviderMisconfigured
from newsletter.providers.sendgrid.signature import SETTING, is_signed, read_keys
from tests.stand_ins.sendgrid_webhook import Signing

PAYLOADS = Path(__file__).parents[2] / "payloads" / "sendgrid"

# The test vector of SendGrid's own library (test/unit/test_eventwebhook.py).
KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVK"
    "S3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
)
OTHER_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJ"
    "CWHw8REntlo7aNDthvj+y7GjUuFDb/R1NGe1OPzpA=="
)
SIGNATURE = (
    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh"
    "89M15TluLtEZtM="
)
OTHER_SIGNATURE = (
    "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr"
    "2nlxFDWYNH3j/0="
)
TIMESTAMP = "1600112502"
THEN = datetime.fromtimestamp(1600112502, UTC)
BODY = (PAYLOADS / "official-vector.json").read_bytes()


def check(
    body: bytes = BODY,
    *,
    signature: str | None = SIGNATURE,
    timestamp: str | None = TIMESTAMP,
    keys: str = KEY,
    now: datetime = THEN,
) -> bool:
    return is_signed(
        body,
        signature=signature,
        timestamp=timestamp,
        keys=read_keys({SETTING: keys}),
        now=now,
    )


def test_the_official_vector_verifies() -> None:
    assert BODY.endswith(b"\r\n")
    assert check()


def test_one_of_several_keys_is_enough() -> None:
    assert check(keys=f"{OTHER_KEY}, {KEY}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": BODY.rstrip()},
        {"body": b"payload"},
        {"body": BODY.replace(b"hello", b"hallo")},
        {"signature": None},
        {"signature": ""},
        {"signature": OTHER_SIGNATURE},
        {"signature": "not base64!"},
        {"signature": "éé"},
        {"signature": SIGNATURE[:-4]},
        {"timestamp": None},
        {"timestamp": ""},
        {"timestamp": "timestamp"},
        {"timestamp": "1600112503"},
        {"timestamp": "١٦٠٠١١٢٥٠٢"},
        {"timestamp": "9" * 5000},
        {"keys": ""},
        {"keys": OTHER_KEY},
        {"now": THEN + timedelta(hours=25, seconds=1)},
    ],
)
def test_anything_else_does_not(wrong: dict[str, object]) -> None:
    assert not check(**wrong)  # type: ignore[arg-type]


def test_a_retry_of_almost_a_day_ago_is_believed() -> None:
    assert check(now=THEN + timedelta(hours=24, minutes=50))


@given(st.text(max_size=300), st.text(max_size=300), st.binary(max_size=100))
def test_no_header_whatever_breaks_the_check(
    signature: str, timestamp: str, body: bytes
) -> None:
    assert not check(body, signature=signature, timestamp=timestamp)


@given(st.binary(max_size=2000))
def test_whatever_was_signed_verifies(body: bytes) -> None:
    signing = Signing()
    headers = signing.headers(body, at=THEN)

    assert check(
        body,
        signature=headers["X-Twilio-Email-Event-Webhook-Signature"],
        timestamp=headers["X-Twilio-Email-Event-Webhook-Timestamp"],
        keys=signing.public_key,
    )


def _der(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


@pytest.mark.parametrize(
    "key",
    [
        "a key",
        KEY[:-8],
        _der(ec.generate_private_key(ec.SECP384R1()).public_key()),
        _der(rsa.generate_private_key(65537, 2048).public_key()),
    ],
)
def test_a_key_that_is_none_is_named_by_its_setting(key: str) -> None:
    with pytest.raises(ProviderMisconfigured, match=SETTING):
        read_keys({SETTING: f"{KEY},{key}"})
