"""What stands in the list of mails before one is opened: subject and preheader."""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

NO_SUBJECT: Words = {
    "nl": "Er is geen onderwerp. Zonder onderwerp gaat geen mail uit.",
    "en": "There is no subject. No mail goes out without one.",
}
NO_PREHEADER: Words = {
    "nl": "Er is geen voorproefje (preheader). Lezers zien dan een willekeurig stuk "
    "tekst naast het onderwerp.",
    "en": "There is no preheader. Readers then see some stray text beside the subject.",
}


def check_subject(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        if not version.produced.subject.strip():
            yield looking.finding(
                "subject", Level.BLOCKING, NO_SUBJECT, variant=version.planned.key
            )


def check_preheader(looking: Looking) -> Iterator[Finding]:
    if not looking.issue.preheader.strip():
        yield looking.finding("preheader", Level.WARNING, NO_PREHEADER)
