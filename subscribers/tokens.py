"""Signed links, separated by purpose: a key for leaving cannot open preferences.

A token is ``base64url(shape + numbers + expiry + keyed hash)``: nothing personal,
nothing to look up, and short enough for a List-Unsubscribe header (RFC 8058; a header
token of 78 characters or more is mangled by ``email.policy.SMTP``).
"""

import hmac
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

_SEAL_BYTES = 16
_EXPIRY_BYTES = 5  # whole seconds since 1970
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_PADDING = b"="
_EXPIRES = 0x80  # in the shape byte, beside how many numbers follow


class Purpose(StrEnum):
    """What one token may do; at most 16 characters (BLAKE2's person)."""

    LEAVE = "leave"  # mailing, seq: end one subscription; the header's token
    PREFERENCES = "preferences"  # mailing, seq: see and change one's choices
    CONFIRM = "confirm"  # sign-up request: say yes
    PARTNER_FEED = "partner-feed"  # the feed one partner gets: read it
    APPROVE = "approve"  # approval link: look at an issue, remark, approve
    DETAILS = "details"  # subscriber: export, erase, change of address; one hour


class Signer:
    """Signs with its first key and reads with all of them, so keys can be replaced."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        if not keys:
            raise ValueError("A signer needs at least one key.")
        # BLAKE2 takes keys of at most 64 bytes; ours may have any length.
        self._seals = tuple(
            {purpose: _keyed(blake2b(key).digest(), purpose) for purpose in Purpose}
            for key in keys
        )

    def sign(
        self, purpose: Purpose, *numbers: int, until: datetime | None = None
    ) -> str:
        """A url-safe token that carries the numbers; valid for ever without ``until``.

        At most 40 characters for the numbers of a delivery.
        """
        body = bytearray([len(numbers) | (_EXPIRES if until else 0)])
        for number in numbers:
            _append(body, number)
        if until:
            body += int(until.timestamp()).to_bytes(_EXPIRY_BYTES, "big")
        body += _seal(self._seals[0][purpose], body)
        return _encode(bytes(body))

    def series(self, purpose: Purpose, *first: int) -> Callable[[int], str]:
        """A maker of tokens that differ in their last number: those of one mailing.

        The same as ``sign`` with all the numbers, at a third of its cost.
        """
        head = bytearray([len(first) + 1])
        for number in first:
            _append(head, number)
        start = bytes(head)
        begun = self._seals[0][purpose].copy()
        begun.update(start)

        def sign(last: int) -> str:
            end = _varint(last)
            seal = begun.copy()
            seal.update(end)
            return _encode(start + end + seal.digest())

        return sign

    def read(
        self, purpose: Purpose, token: str, *, now: datetime
    ) -> tuple[int, ...] | None:
        """The numbers; None when altered, expired or signed for another purpose."""
        raw = _decode(token)
        if raw is None or len(raw) <= _SEAL_BYTES:
            return None
        body, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
        if not any(
            hmac.compare_digest(_seal(seals[purpose], body), seal)
            for seals in self._seals
        ):
            return None
        if body[0] & _EXPIRES:
            until = datetime.fromtimestamp(
                int.from_bytes(body[-_EXPIRY_BYTES:], "big"), UTC
            )
            if now >= until:
                return None
            body = body[:-_EXPIRY_BYTES]
        return tuple(_numbers(body[1:]))


def _keyed(key: bytes, purpose: Purpose) -> blake2b:
    return blake2b(digest_size=_SEAL_BYTES, key=key, person=purpose.encode())


def _seal(keyed: blake2b, body: bytes | bytearray) -> bytes:
    # Copied, not made anew: the key is worked in once, not twice a mail.
    seal = keyed.copy()
    seal.update(body)
    return seal.digest()


def _append(body: bytearray, number: int) -> None:
    """Seven bits a byte, the highest bit says that more follow."""
    if number < 0:
        raise ValueError(f"A token carries numbers from 0 on, not {number}.")
    while number > 0x7F:
        body.append(number & 0x7F | 0x80)
        number >>= 7
    body.append(number)


@lru_cache(maxsize=1024)  # one number is signed for two purposes, one after the other
def _varint(number: int) -> bytes:
    body = bytearray()
    _append(body, number)
    return bytes(body)


def _numbers(body: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in body:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0


def _encode(raw: bytes) -> str:
    # As base64.urlsafe_b64encode, without the three calls below it: twice a mail.
    encoded = b2a_base64(raw, newline=False)
    return encoded.translate(_URL_SAFE, _PADDING).decode("ascii")


def _decode(token: str) -> bytes | None:
    if len(token) > 100 or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    # The decoder skips signs it does not know; only our own spelling is valid.
    return raw if _encode(raw) == token else None
