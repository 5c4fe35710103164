"""A receipt as lines for a terminal: the sum on top, its parts below."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from newsletter.dispatch.receipt import STATES
from newsletter.dispatch.schedule import say_moment


def name_of(number: int | str, correction: int | None) -> str:
    """What a command was done to: "correction 1 of issue 42", "bundle 2026-11"."""
    if isinstance(number, str):
        return f"bundle {number}"
    if correction is None:
        return f"mailing of issue {number}"
    return f"correction {correction} of issue {number}"


def say_receipt(document: dict[str, Any], *, timezone: ZoneInfo | None = None) -> None:
    """``timezone`` is for when it goes on by itself, where it does."""
    number = document["issue"]
    what = "Bundle" if isinstance(number, str) else "Issue"
    click.echo(f"{what} {number}: {document['state']}")
    _say_rest(document, timezone=timezone)
    for correction in document.get("corrections", ()):
        say_correction(correction, timezone=timezone)


def say_correction(
    document: dict[str, Any], *, timezone: ZoneInfo | None = None
) -> None:
    name = name_of(document["issue"], document["correction"])
    title = f"{document['item']} ({document['title']})"
    click.echo(f"{name.capitalize()}, {title}: {document['state']}")
    _say_rest(document, timezone=timezone)


def _say_rest(document: dict[str, Any], *, timezone: ZoneInfo | None) -> None:
    if document.get("reason"):
        click.echo(f"  {document['reason']}")
    if document.get("until") and timezone is not None:
        until = datetime.fromisoformat(document["until"])
        when = say_moment(until, timezone=timezone)
        click.echo(f"  It goes on by itself: {when}.")
    _say_sums(document, indent="  ")
    if len(document["editions"]) > 1:
        for key, sums in document["editions"].items():
            click.echo(f"  edition {key}")
            _say_sums(sums, indent="    ")


def _say_sums(sums: dict[str, Any], *, indent: str) -> None:
    """The sum on top, its parts below; parts that are nothing are left out."""

    def line(name: str, number: int, *, deeper: str = "") -> None:
        click.echo(f"{indent}{deeper}{name.replace('_', ' '):<22}{number:>10,}")

    line("candidates", sums["candidates"])
    for reason, number in sums["excluded"].items():
        if number:
            line(f"excluded: {reason}", number, deeper="- ")
    line("prepared", sums["prepared"])
    for word in STATES.values():
        if sums[word]:
            line(word, sums[word], deeper="- ")
