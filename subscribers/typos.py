"""A mailbox one letter away from a well-known one: gmial.com, hotmial.nl, ziggo.ml.

Only ever a question: somebody may really have a mailbox at gmial.com.
"""

# Where Dutch readers have their mailbox, and whatever real one lies close to those.
_KNOWN = frozenset(
    "gmail.com hotmail.com hotmail.nl outlook.com outlook.nl live.com live.nl msn.com "
    "icloud.com yahoo.com ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl home.nl "
    "upcmail.nl casema.nl chello.nl xs4all.nl telfort.nl quicknet.nl solcon.nl "
    "zonnet.nl proton.me protonmail.com mail.com ymail.com email.com "
    "fastmail.com".split()
)
_ALWAYS = {"gmail.nl": "gmail.com", "googlemail.nl": "googlemail.com"}
_SHORTEST = 5  # letters; one wrong in "live" makes any other word


def meant(address: str) -> str | None:
    """The address that was probably meant; ``address`` is normalised."""
    local, _at, domain = address.rpartition("@")
    if domain in _KNOWN:
        return None
    name, _dot, top = domain.rpartition(".")
    close = [known for known in _KNOWN if _is_slip(domain, known)]
    # gmail.con is one slip from gmail.com, and two from email.com.
    close.sort(key=lambda known: (not known.startswith(name), not known.endswith(top)))
    found = _ALWAYS.get(domain) or next(iter(close), None)
    return f"{local}@{found}" if found else None


def _is_slip(typed: str, known: str) -> bool:
    """At most one slip in the name and one in what follows the last dot."""
    name, _dot, top = typed.rpartition(".")
    known_name, _dot, known_top = known.rpartition(".")
    if name != known_name and len(known_name) < _SHORTEST:
        return False
    return _one_slip_at_most(name, known_name) and _one_slip_at_most(top, known_top)


def _one_slip_at_most(typed: str, known: str) -> bool:
    """Equal, or one letter wrong, missing or too many, or two the wrong way round."""
    if typed == known:
        return True
    start = _in_common(typed, known)
    end = _in_common(typed[start:][::-1], known[start:][::-1])
    # What lies between the part at the front and the part at the back.
    ours = typed[start : len(typed) - end]
    theirs = known[start : len(known) - end]
    if len(ours) == len(theirs) == 2:
        return ours == theirs[::-1]
    return max(len(ours), len(theirs)) <= 1


def _in_common(one: str, other: str) -> int:
    """How many letters the two begin with alike."""
    return next(
        (
            place
            for place, (mine, yours) in enumerate(zip(one, other, strict=False))
            if mine != yours
        ),
        min(len(one), len(other)),
    )
