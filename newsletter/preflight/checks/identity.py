"""On whose behalf, and where to find them: Telecommunicatiewet 11.7(4) wants both."""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.providers.wording import is_mailbox

NO_NAME: Words = {
    "nl": "De afzender van {list} heeft geen naam. Lezers moeten weten van wie de "
    "mail komt.",
    "en": "The sender of {list} has no name. Readers must know who the mail is from.",
}
NO_ADDRESS: Words = {
    "nl": "De afzender van {list} heeft geen postadres. Dat moet in elke mail staan.",
    "en": "The sender of {list} has no postal address. Every mail must have one.",
}
BAD_FROM: Words = {
    "nl": "{address} kan geen afzender zijn. Geef een adres als nieuws@example.nl.",
    "en": "{address} cannot be a From address. Give one such as news@example.nl.",
}
NOT_SHOWN: Words = {
    "nl": "In versie {variant} staat {what} niet in {part}. "
    "Herstel het sjabloon van de mail.",
    "en": "Version {variant} does not show {what} in its {part} part. "
    "Mend the mail's template.",
}


def check_identity(looking: Looking) -> Iterator[Finding]:
    mailing_list = looking.issue.mailing_list
    sender = mailing_list.sender
    if not sender.name.strip():
        yield looking.finding(
            "identity", Level.BLOCKING, NO_NAME, list=mailing_list.name
        )
    if not sender.postal_address.strip():
        yield looking.finding(
            "identity", Level.BLOCKING, NO_ADDRESS, list=mailing_list.name
        )
    for version in looking.versions:
        address = version.produced.from_address
        if not is_mailbox(address):
            yield looking.finding(
                "identity", Level.BLOCKING, BAD_FROM, address=repr(address)
            )
        parts = {
            "text/html": version.mail.text,
            "text/plain": version.produced.rendered.text,
        }
        for part, text in parts.items():
            for what in (sender.name, sender.postal_address):
                if _letters(what) not in _letters(text):
                    yield looking.finding(
                        "identity",
                        Level.BLOCKING,
                        NOT_SHOWN,
                        variant=version.planned.key,
                        what=repr(what),
                        part=part,
                    )


def _letters(text: str) -> str:
    """Letters and digits alone: an address may be set on several lines."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
