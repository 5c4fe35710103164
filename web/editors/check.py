"""Looking an issue over before it goes out: what blocks, what to mind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.issues.compose import find_issue
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.extras import own_ids
from newsletter.issues.models import Issue
from newsletter.issues.usage import stories_of
from newsletter.issues.waivers import waive, waived
from newsletter.library.stories import items_of
from newsletter.preflight import Finding, check_issue, look_at_links
from newsletter.staff.roles import Act
from web.auth import me, staff_may
from web.editors.audited import note
from web.language import gettext as _
from web.session import house, now, session, settings

pages = Blueprint("desk_check", __name__)

_AT_THE_STORY = frozenset({"alt-text", "knowledge", "picture-size"})
_HEADINGS = frozenset(
    "subject preheader subject-length preheader-length same-subject asking".split()
)


@dataclass(frozen=True)
class Jump:
    """A link to where something is mended; ``what`` is said to who cannot see."""

    url: str
    words: str
    what: str


@pages.get("/desk/issues/<int:number>/check")
@staff_may(Act.READ_DESK)
def show(number: int) -> ResponseReturnValue:
    # Before the request's own session opens: others are waited for without one.
    look_at_links(house().database, settings(), number, now=now())
    issue = find_issue(session(), number)
    return render_template(
        "editors/check.html",
        issue=issue,
        findings=check_issue(session(), settings(), issue, now=now()),
        jump=jumps(issue),
        must_be_approved=settings().approvals > 0,
        waivable=_waivable(issue),
    )


@pages.post("/desk/issues/<int:number>/waive")
@staff_may(Act.WAIVE)
def waive_story(number: int) -> ResponseReturnValue:
    issue = find_issue(session(), number)
    story, why = request.form.get("story", ""), request.form.get("why", "")
    waive(session(), issue, story=story, why=why, by=me().email, now=now())
    note(Act.WAIVE, f"issue {number}", f"{story}: {why}")
    return redirect(url_for(".show", number=number), 303)


def jumps(issue: Issue) -> Callable[[Finding], Jump]:
    """Where each finding is mended: in the library, in a block, in the list of words,
    or around the blocks."""
    edition_of, story_of = _editions(issue), _stories(issue)

    def jump(finding: Finding) -> Jump:
        if finding.check in _AT_THE_STORY and finding.block in story_of:
            slug = story_of[finding.block]
            return Jump(
                url_for("desk_library.change", shelf="stories", slug=slug),
                _("To the story"),
                slug,
            )
        place: dict[str, Any] = {"number": issue.number}
        if finding.block:
            place |= {"edit": finding.block, "_anchor": finding.block}
            place["edition"] = edition_of.get(finding.block)
        elif finding.check in _HEADINGS:
            place |= _headings(issue, finding.variant)
        elif finding.variant:
            place |= {"variant": finding.variant, "_anchor": "preview"}
        return Jump(url_for("desk_compose.show", **place), _("Go there"), finding.about)

    return jump


def _headings(issue: Issue, variant: str | None) -> dict[str, Any]:
    """Where the subject is mended that the readers of a variant see."""
    for edition in Composition.of(issue).editions:
        is_of_it = variant == edition.key or f"{variant}".startswith(f"{edition.key}-")
        if is_of_it and edition.subject:
            return {"edition": edition.key, "edit": "me", "_anchor": "headings"}
    return {"edit": "headings", "_anchor": "headings"}


def _editions(issue: Issue) -> dict[str, str]:
    """Block id to the edition whose page has it; the base's are not in it."""
    return {
        block_id: edition.key
        for edition in Composition.of(issue).editions
        for block_id in own_ids(edition)
        if edition.key != BASE_KEY
    }


def _stories(issue: Issue) -> dict[str, str]:
    """Block id to the piece it shows: its picture is mended in the library."""
    documents = [block.to_dict() for block in Composition.of(issue).every_block()]
    return {one["id"]: one["story"] for one in documents if one.get("story")}


def _waivable(issue: Issue) -> list[tuple[str, str]]:
    """Slug and title of the stories without knowledge that nobody let pass yet."""
    items = items_of(session(), stories_of(issue))
    done = waived(session(), issue)
    return [
        (slug, item.title)
        for slug, item in items.items()
        if item.is_story and not item.links and slug not in done
    ]
