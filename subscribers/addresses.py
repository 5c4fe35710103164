"""One normal form for an e-mail address, and the keyed hash that outlives it."""

import hmac
import re

from subscribers import alphabets
from subscribers.errors import SubscribersError
from subscribers.typed import shown

MOST = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
LOCAL_MOST = 64
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[a-z0-9](?!.--)([a-z0-9-]{0,61}[a-z0-9])?"
# Domains as good as everybody has; the others take email-validator, which is thirty
# times slower. A property test holds the two equal.
_PLAIN_DOMAIN = re.compile(rf"({_LABEL}\.)+(?=.*[a-z]\Z){_LABEL}")
# RFC 6761 and its like: names that lead nowhere.
_NOWHERE = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
_SIGN = r"[^\s<>,;:\"'()@]"
# From the beginning of a word on and no further: a hostile server may say a megabyte of
# letters, and each of them could be the first of an address.
_IN_WORDS = re.compile(rf"(?<!{_SIGN}){_SIGN}++@[^\s<>,;:\"'()]+")


class BadAddress(SubscribersError):
    """The sentence says what is wrong with which address."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{shown(text)} is not an e-mail address we can mail: {why}")


def normalise(text: str) -> str:
    """The one form an address is stored, compared and mailed in, or raise BadAddress.

    Lower case as a whole (RFC 5321 lets a server tell Anna@ from anna@; none that
    our readers use does, and twice the same mail is the greater harm); the domain
    as A-labels; a plus-address stays its own address. Nothing is looked up.
    """
    address = text.strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(text, "it needs a name, an @ and a domain.")
    if not local.isascii():
        raise BadAddress(
            text,
            "the part before the @ has letters that many mail servers refuse. Do you "
            "have one with plain letters?",
        )
    if len(local) > LOCAL_MOST or _LOCAL.fullmatch(local) is None:
        raise BadAddress(text, "the part before the @ is not well formed.")
    if _PLAIN_DOMAIN.fullmatch(domain) is None or _leads_nowhere(domain):
        domain = _unusual_domain(text, domain)
    if len(local) + 1 + len(domain) > MOST:
        raise BadAddress(text, f"it is longer than {MOST} characters.")
    return f"{local}@{domain}"


def _leads_nowhere(domain: str) -> bool:
    return domain.rpartition(".")[2] in _NOWHERE


def _unusual_domain(text: str, domain: str) -> str:
    """As A-labels, or raise BadAddress. Nothing is looked up (no DNS)."""
    if len(domain) > MOST:
        raise BadAddress(text, f"it is longer than {MOST} characters.")
    # A tenth of a second and megabytes of tables, for the few that need them.
    import email_validator

    try:
        found = email_validator.validate_email(
            f"a@{domain}", check_deliverability=False
        )
    except email_validator.EmailNotValidError as error:
        why = "the part after the @ is not a domain."
        if _leads_nowhere(domain):
            why = "the part after the @ is not a domain on the internet."
        raise BadAddress(text, why) from error
    if odd := alphabets.deceptive_label(found.domain):
        raise BadAddress(
            text,
            f"{shown(odd)} in its domain mixes alphabets, or only looks like "
            "ordinary letters. Type it anew.",
        )
    ascii_domain: str = found.ascii_domain
    return ascii_domain


def hash_address(key: bytes, address: str) -> bytes:
    """What suppressions and deliveries know a normalised address by; 32 bytes."""
    return hmac.digest(key, address.encode("ascii"), "sha256")


def without_addresses(words: str) -> str:
    """What a server or a database said, fit to keep: they repeat addresses."""
    return _IN_WORDS.sub("(address)", words)
