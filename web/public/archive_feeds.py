"""The archive for programs: feeds of issues and stories, and a list of addresses."""

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue

from newsletter.archive.feed import issues_feed
from newsletter.archive.sitemap import sitemap
from newsletter.feeds import WRITERS
from newsletter.sharing.stories import stories_feed
from web.brand import brand
from web.entrance import anyone
from web.headers import readable_anywhere
from web.session import session, settings, today

pages = Blueprint("archive_feeds", __name__)

_KEPT_SECONDS = 300
# What only somebody with a link of their own has business with.
_OURS = ("/desk/", "/confirm/", "/unsubscribe/", "/preferences/", "/approve/")


@pages.get("/feeds/issues.<any(atom, rss, json):form>")
@anyone
def issues(form: str) -> ResponseReturnValue:
    feed = issues_feed(
        session(),
        base_url=settings().base_url,
        form=form,
        title=brand(),
        day=today(),
    )
    readable_anywhere()
    return _served(WRITERS[form].write(feed), WRITERS[form].mime)


@pages.get("/feeds/stories.<any(atom, rss, json):form>")
@anyone
def stories(form: str) -> ResponseReturnValue:
    feed = stories_feed(session(), settings(), form=form, house=brand(), day=today())
    readable_anywhere()
    return _served(WRITERS[form].write(feed), WRITERS[form].mime)


@pages.get("/sitemap.xml")
@anyone
def addresses() -> ResponseReturnValue:
    listed = sitemap(session(), base_url=settings().base_url, day=today())
    return _served(listed, "application/xml; charset=utf-8")


@pages.get("/robots.txt")
@anyone
def robots() -> ResponseReturnValue:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in _OURS),
        f"Sitemap: {settings().base_url}/sitemap.xml",
    ]
    return _served("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8")


def _served(body: bytes, mime: str) -> Response:
    """For whoever has it already only that nothing changed."""
    response: Response = make_response(body)
    response.headers["Content-Type"] = mime
    response.cache_control.public = True
    response.cache_control.max_age = _KEPT_SECONDS
    response.add_etag()
    response.make_conditional(request)
    return response
