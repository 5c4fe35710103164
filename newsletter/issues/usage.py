"""Where a piece from the library was used."""

from sqlalchemy.orm import Session

from newsletter.issues.compose import all_issues
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue


def stories_of(issue: Issue) -> list[str]:
    """Slugs of the pieces an issue shows in any edition, each once, in order."""
    shown = (
        block.to_dict().get("story") for block in Composition.of(issue).every_block()
    )
    return list(dict.fromkeys(slug for slug in shown if slug))


def used_in(session: Session, slug: str) -> list[Issue]:
    """The issues that show a piece, the newest first."""
    return [issue for issue in all_issues(session) if slug in stories_of(issue)]
