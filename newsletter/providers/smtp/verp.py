"""The envelope sender of one delivery: a bounce comes back to the one it is about.

Anyone can send mail to ``bounce+12-345-...``, and a bounce may suppress a reader, so
the address is signed: only what we sent can come back.
"""

from hashlib import blake2s

# Base32 (RFC 4648) by ten bits at a time: ``base64`` needs longer than the hash.
_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _SIGNS for second in _SIGNS]
_SHIFTS = range(70, -1, -10)


class Verp:
    """Return addresses under one key."""

    def __init__(self, key: bytes) -> None:
        # blake2s takes keys up to 32 bytes; settings allow any length.
        short = blake2s(key, person=b"verp-key").digest()
        # Copied per address: setting up the key costs more than the hash.
        self._keyed = blake2s(key=short, digest_size=10, person=b"verp")

    def address(self, delivery: str, *, domain: str) -> str:
        """``bounce+12-345-k5x2q7...@domain``; lowercase, for mailboxes fold case."""
        return f"bounce+{delivery}-{self.seal(delivery)}@{domain}"

    def seal(self, delivery: str) -> str:
        """Sixteen letters only the holder of the key can make: 80 bits."""
        keyed = self._keyed.copy()
        keyed.update(delivery.encode("ascii"))
        number = int.from_bytes(keyed.digest(), "big")
        return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
