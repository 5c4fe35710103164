"""The words one says yes to, kept in every version that was ever shown.

The text is made from the list and the sender; when the form changes, or an
organisation's name, the next sign-up gets a new version.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscribers.models import ConsentWording, MailingList, Sender

# One sentence per language: what, from whom, and that it ends with one click. A
# partner's is separate (one unticked box each), as consent to "and partners" is void.
_OWN = {
    "nl": "Ja, mail mij {list} van {sender}. Afmelden kan altijd met één klik.",
    "en": "Yes, mail me {list} by {sender}. I can leave with one click at any time.",
}
_PARTNER = {
    "nl": "Ja, ik wil ook de editie van {sender} bij {list}. "
    "{own} verstuurt die; {sender} krijgt mijn adres niet.",
    "en": "Yes, I also want the {sender} edition of {list}. "
    "{own} sends it; {sender} does not get my address.",
}


def text_for(mailing_list: MailingList, sender: Sender, language: str) -> str:
    """The words a form shows beside its button or box; Dutch where we have no other."""
    own = mailing_list.sender
    words = _OWN if sender.id == own.id else _PARTNER
    return words.get(language, words["nl"]).format(
        list=mailing_list.name, sender=sender.name, own=own.name
    )


def current(
    session: Session,
    mailing_list: MailingList,
    sender: Sender,
    language: str,
    now: datetime,
) -> ConsentWording:
    """The version of the words shown today; a new one when they changed."""
    language = language if language in _OWN else "nl"
    text = text_for(mailing_list, sender, language)
    latest = _latest(session, mailing_list, sender, language)
    if latest is not None and latest.text == text:
        return latest
    wording = ConsentWording(
        list_id=mailing_list.id,
        sender_id=sender.id,
        language=language,
        version=1 + (latest.version if latest else 0),
        text=text,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(wording)
    except IntegrityError:
        # Two readers were the first to see these words; the other one kept them.
        return current(session, mailing_list, sender, language, now)
    return wording


def _latest(
    session: Session, mailing_list: MailingList, sender: Sender, language: str
) -> ConsentWording | None:
    return session.scalar(
        select(ConsentWording)
        .where(
            ConsentWording.list_id == mailing_list.id,
            ConsentWording.sender_id == sender.id,
            ConsentWording.language == language,
        )
        .order_by(ConsentWording.version.desc())
        .limit(1)
    )
