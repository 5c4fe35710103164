"""Reading back: issues, the web version of each variant, stories."""

from datetime import date

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from newsletter.archive import (
    find_bundle_page,
    find_issue,
    find_page,
    find_story,
    moved_to,
    published,
    published_bundles,
)
from newsletter.archive.calendar import event_calendar
from newsletter.archive.issues import canonical_key
from newsletter.archive.public import still_shown
from newsletter.archive.search import WORDS_MOST, search_archive
from newsletter.issues.editions import BASE_KEY
from newsletter.library.models import ItemKind, Relation
from newsletter.library.terms import is_readable_here, is_shown
from newsletter.sharing.republish import may_be_taken_over
from web.entrance import anyone
from web.headers import mail_page
from web.language import gettext as _
from web.public import social
from web.session import session, settings, today

pages = Blueprint("archive", __name__)


@pages.get("/issues/")
@anyone
def issues() -> ResponseReturnValue:
    asked = request.args.get("q", "").strip()[:WORDS_MOST]
    return render_template(
        "public/archive/issues.html",
        asked=asked,
        found=search_archive(session(), asked, day=today()) if asked else None,
        words_most=WORDS_MOST,
        issues=published(session()),
        bundles=[
            (one, date.fromisoformat(f"{one.month}-01"))
            for one in published_bundles(session())
        ],
    )


@pages.get("/issues/<int:number>")
@anyone
def issue(number: int) -> ResponseReturnValue:
    found = find_issue(session(), number) or abort(404)
    return render_template(
        "public/archive/issue.html",
        issue=found,
        stories=still_shown([*found.stories], day=today()),
        key=canonical_key(found),
        social=social.of_issue(found),
    )


@pages.get("/issues/<int:number>/<variant>")
@anyone
def page(number: int, variant: str) -> ResponseReturnValue:
    """The mail as a page, by itself: its own styles, no script, nothing personal."""
    found = find_page(session(), number, variant, zone=settings().timezone)
    if found is None:
        abort(404)
    shown = social.of_issue(
        find_issue(session(), number) or abort(404), variant=found.canonical
    )
    response: Response = mail_page(social.in_head(found.html, shown))
    response.headers["Link"] = f'<{shown.address}>; rel="canonical"'
    return response


@pages.get("/issues/<int:number>/events/<block>.ics")
@anyone
def event(number: int, block: str) -> ResponseReturnValue:
    """For one's own calendar."""
    made = event_calendar(session(), settings(), number=number, block=block)
    if made is None:
        abort(404)
    response: Response = make_response(made)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8; method=PUBLISH"
    response.headers["Content-Disposition"] = f'attachment; filename="{block}.ics"'
    return response


@pages.get("/issues/<bundle:number>")
@anyone
def bundle(number: str) -> ResponseReturnValue:
    """The month in one mail; there is nothing more to say of it than it says."""
    return bundle_page(number, BASE_KEY)


@pages.get("/issues/<bundle:number>/<variant>")
@anyone
def bundle_page(number: str, variant: str) -> ResponseReturnValue:
    html = find_bundle_page(session(), number, variant) or abort(404)
    response: Response = mail_page(html)
    address = settings().base_url + url_for(
        ".bundle_page", number=number, variant=BASE_KEY, lang=None
    )
    response.headers["Link"] = f'<{address}>; rel="canonical"'
    return response


@pages.get("/stories/<slug>")
@anyone
def story(slug: str) -> ResponseReturnValue:
    if now_at := moved_to(session(), slug):
        return redirect(url_for(".story", slug=now_at), code=301)
    found = find_story(session(), slug, day=today()) or abort(404)
    kinds = _kinds()
    return render_template(
        "public/archive/story.html",
        page=found,
        item=found.item,
        shown=is_shown(found.item, day=today()),
        readable=is_readable_here(found.item, day=today()),
        may_take=may_be_taken_over(found.item, day=today()),
        social=social.of_piece(
            found.item, places=found.places, kind=kinds[found.item.kind]
        ),
        kinds=kinds,
        relations=_relations(),
    )


def _kinds() -> dict[ItemKind, str]:
    return {
        ItemKind.STORY: _("story"),
        ItemKind.RESEARCH: _("research"),
        ItemKind.METHOD: _("method"),
        ItemKind.THEORY: _("theory"),
        ItemKind.HISTORY: _("history"),
        ItemKind.COLUMN: _("column"),
        ItemKind.EVENT: _("event"),
    }


def _relations() -> dict[Relation, str]:
    """How the story stands to the knowledge, as the end of a line."""
    return {
        Relation.ILLUSTRATES: _("the story illustrates this"),
        Relation.SUPPORTS: _("the story supports this"),
        Relation.ELABORATES: _("the story elaborates on this"),
        Relation.NUANCES: _("the story nuances or contradicts this"),
        Relation.USES_METHOD: _("the story uses this method"),
    }
