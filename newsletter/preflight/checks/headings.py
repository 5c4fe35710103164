"""What stands in the list of mails before one is opened: subject and preheader."""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.rendering.merge import Slot, marker

NO_SUBJECT: Words = {
    "nl": "Er is geen onderwerp. Zonder onderwerp gaat geen mail uit.",
    "en": "There is no subject. No mail goes out without one.",
}
NO_PREHEADER: Words = {
    "nl": "De regel achter het onderwerp is leeg. Lezers zien daar dan een willekeurig "
    "stuk tekst.",
    "en": "The line behind the subject is empty. Readers then see stray text there.",
}
LONG_SUBJECT: Words = {
    "nl": "Het onderwerp telt {count} tekens; een telefoon laat er ongeveer {most} "
    "zien. Zet het belangrijkste vooraan.",
    "en": "The subject has {count} characters; a phone shows about {most}. Put what "
    "matters most first.",
}
SHORT_PREHEADER: Words = {
    "nl": "De regel achter het onderwerp telt {count} tekens. Tussen {least} en {most} "
    "vult hij de ruimte en wordt hij niet afgekapt.",
    "en": "The line behind the subject has {count} characters. Between {least} and "
    "{most} it fills the room there and is not cut off.",
}
SAME: Words = {
    "nl": "De regel achter het onderwerp zegt hetzelfde als het onderwerp. Zeg er iets "
    "bij wat nieuwsgierig maakt.",
    "en": "The line behind the subject says the same as the subject. Add something "
    "that makes curious.",
}
_SUBJECT_SHOWN = 60
_PREHEADER = range(30, 121)


def check_subject(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        if not version.produced.subject.strip():
            yield looking.finding(
                "subject", Level.BLOCKING, NO_SUBJECT, variant=version.planned.key
            )


def check_preheader(looking: Looking) -> Iterator[Finding]:
    if not looking.issue.preheader.strip():
        yield looking.finding("preheader", Level.WARNING, NO_PREHEADER)


def check_lengths(looking: Looking) -> Iterator[Finding]:
    """Advice on what a list of mails shows of them."""
    for version in looking.versions:
        count = len(version.produced.subject.replace(marker(Slot.NAME), "Anna"))
        if count > _SUBJECT_SHOWN:
            yield looking.finding(
                "subject-length",
                Level.ADVICE,
                LONG_SUBJECT,
                variant=version.planned.key,
                count=count,
                most=_SUBJECT_SHOWN,
            )
    preheader, subject = looking.issue.preheader.strip(), looking.issue.subject.strip()
    if preheader and preheader.casefold() == subject.casefold():
        yield looking.finding("preheader-length", Level.ADVICE, SAME)
    elif preheader and len(preheader) not in _PREHEADER:
        yield looking.finding(
            "preheader-length",
            Level.ADVICE,
            SHORT_PREHEADER,
            count=len(preheader),
            least=_PREHEADER[0],
            most=_PREHEADER[-1],
        )
