"""What an issue's plan says: the sums, its variants, and the drift since approval."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from newsletter.cli.receipt_lines import say_receipt
from newsletter.errors import NewsletterError
from newsletter.issues.models import Issue
from newsletter.settings import Settings
from newsletter.workflow.approval import latest_approvals, standing_of
from subscribers.errors import SubscribersError


def approved(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> dict[str, Any]:
    """``drift`` since the latest approval that stands, or null; and in ``void`` why
    others, or all of them, count no more."""
    if not latest_approvals(session, issue):
        return {"drift": None, "void": []}  # nothing to render for
    try:
        standing = standing_of(session, settings, issue, now=now)
    except (NewsletterError, SubscribersError) as error:
        # It can be counted, not shown: nobody approved that.
        return {"drift": None, "void": [str(error)]}
    drift = standing.drift
    return {
        "drift": drift
        and {
            "by": drift.by,
            "at": drift.at.isoformat(),
            "approved": drift.then,
            "now": drift.now,
            "variants": [
                {"key": key, "approved": count.then, "now": count.now}
                for key, count in drift.variants.items()
            ],
        },
        "void": [
            f"The approval of {given.by} counts no more: "
            + " ".join(change.say("en", with_id=True) for change in given.changes)
            for given in standing.given
            if not given.stands
        ],
    }


def say_plan(document: dict[str, Any]) -> None:
    say_receipt(document)
    drift = document.get("drift") or {"variants": []}
    then = {count["key"]: count["approved"] for count in drift["variants"]}
    for variant in document["variants"]:
        key, blocks = variant["key"], len(variant["blocks"])
        was = f" ({then[key]} approved)" if key in then else ""
        click.echo(f"{key}: {variant['readers']} readers{was}, {blocks} blocks")
    for key in then.keys() - {variant["key"] for variant in document["variants"]}:
        click.echo(f"{key}: nobody gets it any more ({then[key]} approved)")
    if "by" in drift:
        click.echo(
            f"Approved by {drift['by']}: {drift['approved']} readers then, "
            f"{drift['now']} now."
        )
    for sentence in document.get("void", ()):
        click.echo(sentence)
