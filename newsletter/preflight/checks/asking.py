"""A mailing may not ask for the permission it needs itself.

Who has not said yes may not be mailed, not even to be asked (Telecommunicatiewet
11.7(1)); who has, need not be asked again. So an issue that is about nothing else is
refused. The words are looked for where they speak of our own mail: a story about asking
the neighbours for permission is a story.
"""

import re
from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking, Version, texts_in

ASKING: Words = {
    "nl": "Dit nummer vraagt lezers om toestemming om hen te mailen ({asked}). "
    "Daarvoor mag je niet mailen. Zet het formulier op je site; wie al ja zei, hoeft "
    "niets te doen.",
    "en": "This issue asks readers for permission to mail them ({asked}). No mail may "
    "be sent for that. Put the form on your site; whoever said yes need do nothing.",
}
ALSO: Words = {
    "nl": "{block} vraagt lezers om toestemming om hen te mailen ({asked}). "
    "Wie dit krijgt, zei al ja. Haal het weg, of verwijs naar de voorkeuren onder elke "
    "mail.",
    "en": "{block} asks readers for permission to mail them ({asked}). Whoever "
    "gets this has said yes. Take it out, or point to the preferences in each mail.",
}

_MAIL = r"(?:e-?mail\w*|mail\w*|nieuwsbrie\w+|newsletters?)"
_NEAR = r"[^.!?]{0,60}?"  # within the sentence
_TO_US = rf"(?=\s*(?:$|[.!?:,]|(?:voor|op|to|for)\b{_NEAR}\b{_MAIL}))"
_YOUR_SIGN_UP = r"(?:je|jouw|uw) (?:inschrijving|aanmelding|abonnement)"
_ASKING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Bevestig je aanmelding, but not the one for a workshop.
        rf"\bbevestig\w*(?: nog)?(?: even)? {_YOUR_SIGN_UP}\b{_TO_US}",
        rf"\b(?:re-?)?confirm your (?:subscription|sign-?up)\b{_TO_US}",
        rf"\bbevestig\w*\b{_NEAR}\b(?:wilt?|blijft?)\b{_NEAR}\b{_MAIL}",
        rf"\bconfirm\b{_NEAR}\b(?:want|wish|like)\b{_NEAR}\b{_MAIL}",
        # Mogen we je blijven mailen?
        rf"\b(?:mogen (?:we|wij)|may we)\b{_NEAR}\b(?:je|jou|u|you)\b{_NEAR}\b{_MAIL}",
        # Geef ons toestemming om je te mailen.
        rf"\b(?:toestemming|akkoord)\b{_NEAR}\b{_MAIL}",
        rf"\b{_MAIL}\b{_NEAR}\b(?:jouw|je|uw) (?:toestemming|akkoord)\b",
        rf"\b(?:permission|consent)\b{_NEAR}\b(?:to|for)\b{_NEAR}\b{_MAIL}",
        rf"\bopt(?:ing)?[ -]?in\b{_NEAR}\b{_MAIL}",
        # Wil je onze nieuwsbrief blijven ontvangen?
        rf"\b{_MAIL}\b{_NEAR}\bblijven (?:ontvangen|krijgen)\b",
        rf"\b(?:blijf je|blijft u|blijven (?:ontvangen|krijgen))\b{_NEAR}\b{_MAIL}",
        rf"\b(?:keep|continue|stay)\b{_NEAR}\b(?:receiv|gett|subscrib)\w*{_NEAR}\b{_MAIL}",
    )
)
# What somebody reads an issue for.
_WORTH_READING = frozenset({"story", "knowledge", "event"})


def check_asking(looking: Looking) -> Iterator[Finding]:
    """Blocking when it is what the mail is for, else a warning for the block."""
    for version in looking.versions:
        frame = (version.produced.subject, looking.issue.preheader)
        asked = next((words for text in frame if (words := asks(text))), None)
        in_blocks = _blocks_that_ask(version)
        if asked is None and in_blocks and not _has_more(version):
            asked = next(iter(in_blocks.values()))
        if asked is not None:
            yield looking.finding(
                "asking",
                Level.BLOCKING,
                ASKING,
                variant=version.planned.key,
                asked=repr(asked),
            )
            continue
        for block, words in in_blocks.items():
            yield looking.finding(
                "asking",
                Level.WARNING,
                ALSO,
                variant=version.planned.key,
                block=block,
                asked=repr(words),
            )


def asks(text: str) -> str | None:
    """The words that ask for permission to mail; None: it does not."""
    plain = " ".join(text.split())
    for pattern in _ASKING:
        if found := pattern.search(plain):
            return found[0]
    return None


def _blocks_that_ask(version: Version) -> dict[str, str]:
    """Of the editors' own words: a story may well be about asking."""
    return {
        value.id: words
        for value in version.values
        if value.kind not in _WORTH_READING
        if (words := next(filter(None, map(asks, texts_in(value))), None))
    }


def _has_more(version: Version) -> bool:
    return any(value.kind in _WORTH_READING for value in version.values)
