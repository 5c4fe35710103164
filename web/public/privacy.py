"""What we keep, why, how long, and how to have it removed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from subscribers.lists import all_lists
from subscribers.models import MailingList
from subscribers.retention import DETAILS_DAYS, LEFT_DAYS
from web.entrance import anyone
from web.session import session, settings

pages = Blueprint("privacy", __name__)


@pages.get("/privacy")
@anyone
def show() -> ResponseReturnValue:
    firsts: dict[int, MailingList] = {}
    for found in all_lists(session()):
        # One organisation may send several lists; where to write says the first.
        firsts.setdefault(found.sender_id, found)
    return render_template(
        "public/privacy.html",
        senders=[
            (first.sender, settings().reply_to or first.from_address)
            for first in firsts.values()
        ],
        pending_days=settings().pending_days,
        details_days=DETAILS_DAYS,
        left_years=LEFT_DAYS // 365,
        provider=settings().provider,
    )
