"""Queue one service mail, in the transaction of the act that causes it.

To add a kind, add a folder to ``templates/service`` (subject, MJML body, text body)
and call ``queue_mail`` with its name. The mail is rendered and handed over by the job
``service-mail``; what is personal in it is emptied once it is final.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import templates
from newsletter.correspondence.models import ServiceMail, ServiceMailState
from newsletter.errors import NewsletterError
from newsletter.jobs.queue import enqueue
from newsletter.language import LANGUAGES
from subscribers import addresses, secrets

FOLDER = Path(templates.__file__).parent / "service"
SEND = "service-mail"  # the kind of job that hands one over


class UnknownServiceMail(NewsletterError):
    def __init__(self, kind: str, known: list[str]) -> None:
        super().__init__(
            f"There is no service mail {kind!r}. Use one of: {', '.join(known)}."
        )


def kinds() -> list[str]:
    return sorted(
        path.name for path in FOLDER.iterdir() if (path / "subject.txt").is_file()
    )


def queue_mail(
    session: Session,
    *,
    kind: str,
    address: str,
    language: str | None,
    values: dict[str, Any],
    now: datetime,
    list_slug: str | None = None,
) -> ServiceMail:
    """Write one mail down and the job that sends it.

    ``values`` are what the kind's templates use: plain text, numbers and addresses of
    pages. With ``list_slug`` the mail comes from that list's sender, else from the
    first list of the installation.
    """
    if kind not in kinds():
        raise UnknownServiceMail(kind, kinds())
    mail = ServiceMail(
        kind=kind,
        address=address,
        address_hash=_hash(session, address),
        language=language if language in LANGUAGES else LANGUAGES[0],
        values={**values, "list": list_slug},
        state=ServiceMailState.WAITING,
        created_at=now,
    )
    session.add(mail)
    session.flush()
    enqueue(session, SEND, {"mail": mail.id}, now=now)
    return mail


def close_mail(mail: ServiceMail, state: ServiceMailState, *, now: datetime) -> None:
    """Make it final and forget whom it was to, but for the hash of the address."""
    mail.state = state
    mail.address = None
    mail.values = {}
    mail.finished_at = now


def _hash(session: Session, address: str) -> bytes | None:
    key = secrets.key_for(session, secrets.SUPPRESSION)
    try:
        return addresses.hash_address(key, addresses.normalise(address))
    except addresses.BadAddress:
        return None  # whoever sends it is told so by the provider
