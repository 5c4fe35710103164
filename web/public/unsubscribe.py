"""Leaving: one click from the mail program (RFC 8058), or a button on a page.

GET changes nothing, as mail scanners open every link. POST acts at once: no login, no
cookie, no redirect, both form encodings. Its answer depends on nothing but the choice,
so that a repeated, erased, unknown or altered link cannot be told from a good one.

Afterwards one may say why, and come back.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from newsletter.dispatch import departures, leaving, leaving_reasons
from newsletter.signup import request_return
from subscribers.tokens import Purpose
from web.entrance import with_link
from web.language import prefer
from web.public.reasons import reasons
from web.public.signed_links import delivery_of
from web.session import now, session

Leave = Callable[[Session, int, int, datetime], None]

pages = Blueprint("unsubscribe", __name__)


def _leave_list(db: Session, mailing_id: int, seq: int, moment: datetime) -> None:
    departures.leave(db, mailing_id, seq, now=moment)


def _leave_edition(db: Session, mailing_id: int, seq: int, moment: datetime) -> None:
    leaving.leave_edition(db, mailing_id, seq, now=moment)


def _leave_everything(db: Session, mailing_id: int, seq: int, moment: datetime) -> None:
    leaving.leave_everything(db, mailing_id, seq, now=moment)


def _say_why(db: Session, mailing_id: int, seq: int, moment: datetime) -> None:
    reason = request.form.get("reason", "")
    leaving_reasons.give(db, mailing_id, seq, reason, now=moment)


def _come_back(db: Session, mailing_id: int, seq: int, moment: datetime) -> None:
    subscription = departures.subscription_of(db, mailing_id, seq)
    if subscription is not None:
        request_return(db, subscription, now=moment)


LIST = "list"  # what a mail program's one click means
CHOICES: Mapping[str, Leave] = {
    LIST: _leave_list,
    "edition": _leave_edition,
    "everything": _leave_everything,
    "why": _say_why,
    "back": _come_back,
}


# Without strict_slashes a stray slash would be answered with a redirect, which mail
# programs do not follow.
@pages.get("/unsubscribe/<token>", strict_slashes=False)
@with_link
def ask(token: str) -> ResponseReturnValue:
    delivery = delivery_of(Purpose.LEAVE, token)
    subscription = (
        departures.subscription_of(session(), *delivery) if delivery else None
    )
    partner = leaving.partner_of(session(), *delivery) if delivery else None
    if subscription is not None:
        prefer(subscription.subscriber.language)
    return render_template(
        "public/unsubscribe/ask.html", subscription=subscription, partner=partner
    )


@pages.post("/unsubscribe/<token>", strict_slashes=False)
@with_link
def leave(token: str) -> ResponseReturnValue:
    choice = request.form.get("choice", LIST)
    if choice not in CHOICES:
        choice = LIST
    delivery = delivery_of(Purpose.LEAVE, token)
    if delivery:
        CHOICES[choice](session(), *delivery, now())
    return render_template(
        "public/unsubscribe/done.html",
        choice=choice,
        reasons=reasons(),
    )
