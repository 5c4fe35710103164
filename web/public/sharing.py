"""What others may take over: a partner's own feed, and a page a story."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from newsletter.archive import find_story
from newsletter.feeds import WRITERS
from newsletter.feeds.logo import draw_logo
from newsletter.sharing.addresses import address_of, open_feed
from newsletter.sharing.feed import feed_for
from newsletter.sharing.republish import may_be_taken_over, to_take_over
from web.brand import brand
from web.entrance import anyone, with_link
from web.session import now, session, settings, signer, today

pages = Blueprint("sharing", __name__)


@pages.get("/feeds/partners/<token>.<any(atom,rss,json):ending>")
@with_link
def feed(token: str, ending: str) -> ResponseReturnValue:
    out = open_feed(session(), signer(), token, now=now()) or abort(404)
    writer = WRITERS[ending]
    written = writer.write(
        feed_for(
            session(),
            settings(),
            out,
            house=brand(),
            url=address_of(signer(), out, settings().base_url, ending),
            now=now(),
        )
    )
    response = Response(written, content_type=writer.mime)
    # Of what is in it: a story that may go no longer changes it too.
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@pages.get("/feeds/logo.png")
@anyone
def logo() -> ResponseReturnValue:
    response = Response(draw_logo(brand()), content_type="image/png")
    response.cache_control.public = True
    response.cache_control.max_age = 24 * 3600
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@pages.get("/stories/<slug>/republish")
@anyone
def republish(slug: str) -> ResponseReturnValue:
    found = find_story(session(), slug, day=today()) or abort(404)
    if not may_be_taken_over(found.item, day=today()):
        abort(404)
    return render_template(
        "public/sharing/republish.html",
        item=found.item,
        given=to_take_over(settings(), found.item, house=brand()),
    )
