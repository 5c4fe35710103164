"""Domains that look like another one: gmail.com with a Cyrillic a.

A letter tells its alphabet in its Unicode name. Registries allow one alphabet in a
label, with the few that are written together; what breaks that rule was made to be
mistaken for something else.
"""

import unicodedata

_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "LATIN"}),
    frozenset({"CJK", "HANGUL", "LATIN"}),
    frozenset({"CJK", "BOPOMOFO", "LATIN"}),
)
# Letters of other alphabets that nobody tells from Latin ones in an address.
_LIKE_LATIN = frozenset(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b"
    "\u051d\u04cf\u0442\u043a\u043c\u043d\u0432\u0433"
    "\u03bf\u03b1\u03bd\u03c1\u03c5\u03b9\u03ba\u03c4\u03c7\u03b3\u03c9\u0585\u057d"
    "\u0578\u0570"
)


def deceptive_label(domain: str) -> str | None:
    """The first label that pretends to be another one; None for an honest domain.

    ``domain`` is in the letters people read, not in A-labels.
    """
    *labels, top = domain.split(".")
    for label in (*labels, top):
        scripts = _scripts(label)
        if len(scripts) > 1 and not any(scripts <= known for known in _TOGETHER):
            return label
        if label.isascii() or not top.isascii():
            continue
        if all(sign in _LIKE_LATIN for sign in label if sign.isalpha()):
            return label  # a whole word in look-alikes, under .com or .nl
    return None


def _scripts(label: str) -> frozenset[str]:
    return frozenset(
        unicodedata.name(sign, "?").partition(" ")[0]
        for sign in label
        if sign.isalpha()
    )
