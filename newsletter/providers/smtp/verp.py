"""The envelope sender of one delivery: a bounce comes back to the one it is about.

Anyone can send mail to ``bounce+12-345-...``, and a bounce may suppress a reader, so
the address is signed: only what we sent can come back.
"""

from base64 import b32encode
from hashlib import blake2s


def return_address(key: bytes, delivery: str, *, domain: str) -> str:
    """``bounce+12-345-k5x2q7...@domain``; lowercase, for mailboxes fold case."""
    return f"bounce+{delivery}-{seal(key, delivery)}@{domain}"


def seal(key: bytes, delivery: str) -> str:
    """Sixteen letters only the holder of the key can make: 80 bits."""
    digest = blake2s(
        delivery.encode("ascii"), key=_short(key), digest_size=10, person=b"verp"
    ).digest()
    return b32encode(digest).decode("ascii").lower()


def _short(key: bytes) -> bytes:
    # blake2s takes keys up to 32 bytes; settings allow any length.
    return blake2s(key, person=b"verp-key").digest()
