"""One normal form for an e-mail address, and the keyed hash that outlives it."""

import hmac
import re

from subscribers.errors import SubscribersError
from subscribers.typed import shown

MOST = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
LOCAL_MOST = 64
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}")
_IN_WORDS = re.compile(r"[^\s<>,;:\"'()]+@[^\s<>,;:\"'()]+")


class BadAddress(SubscribersError):
    """The sentence says what is wrong with which address."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{shown(text)} is not an e-mail address we can mail: {why}")


def normalise(text: str) -> str:
    """The one form an address is stored, compared and mailed in, or raise BadAddress.

    Lower case as a whole (RFC 5321 lets a server tell Anna@ from anna@; none that
    our readers use does, and twice the same mail is the greater harm); the domain
    as A-labels; a plus-address stays its own address.
    """
    address = text.strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(text, "it needs a name, an @ and a domain.")
    if not local.isascii():
        raise BadAddress(
            text, "the part before the @ has letters many mail servers refuse."
        )
    if len(local) > LOCAL_MOST or _LOCAL.fullmatch(local) is None:
        raise BadAddress(text, "the part before the @ is not well formed.")
    if not domain.isascii():
        domain = _a_labels(text, domain)
    if _DOMAIN.fullmatch(domain) is None or domain.rpartition(".")[2].isdigit():
        raise BadAddress(text, "the part after the @ is not a domain.")
    if len(local) + 1 + len(domain) > MOST:
        raise BadAddress(text, f"it is longer than {MOST} characters.")
    return f"{local}@{domain}"


def _a_labels(text: str, domain: str) -> str:
    import idna  # megabytes of tables, for the few domains that need them

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise BadAddress(text, "the part after the @ is not a domain.") from error


def hash_address(key: bytes, address: str) -> bytes:
    """What suppressions and deliveries know a normalised address by; 32 bytes."""
    return hmac.digest(key, address.encode("ascii"), "sha256")


def without_addresses(words: str) -> str:
    """What a server or a database said, fit to keep: they repeat addresses."""
    return _IN_WORDS.sub("(address)", words)
