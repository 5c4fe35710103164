"""A partner's feed as values: what may go, with credit, logo and where it stands."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.feeds import Feed
from newsletter.library.terms import is_readable_here
from newsletter.settings import Settings
from newsletter.sharing.choosing import stories_for
from newsletter.sharing.entries import entry_of, name_of
from newsletter.sharing.models import FeedOut
from newsletter.sharing.words import say

LOGO = "/feeds/logo.png"
_LANGUAGE = "nl"  # a partner's feed is made for partners here


def feed_for(
    session: Session,
    settings: Settings,
    out: FeedOut,
    *,
    house: str,
    url: str,
    now: datetime,
) -> Feed:
    """``house`` is our name, ``url`` the feed's own address in this format."""
    day = now.astimezone(settings.timezone).date()
    partner = out.partner
    return Feed(
        title=say("partner title", _LANGUAGE, house=house, partner=partner.name),
        description=say("partner about", _LANGUAGE, house=house),
        language=_LANGUAGE,
        author=house,
        page_url=f"{settings.base_url}/issues/",
        url=url,
        id=url.rpartition(".")[0],
        updated=out.made_at,
        entries=tuple(
            entry_of(
                settings,
                item,
                house=house,
                readable=is_readable_here(item, day=day),
                rights=item.licence
                or say("rights", _LANGUAGE, house=name_of(item, house=house)),
            )
            for item in stories_for(session, partner, day=day)
        ),
        logo_url=f"{settings.base_url}{LOGO}",
        rights=say("rights", _LANGUAGE, house=house),
    )
