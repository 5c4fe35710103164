"""The options that say what may be done with a piece, for whoever has terms."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from newsletter.partners.partners import all_partners
from newsletter.partners.terms import Terms, Text, change

Command = TypeVar("Command", bound=Callable[..., object])

_OPTIONS = (
    click.option("--text", type=click.Choice([one.value for one in Text])),
    click.option("--headline", type=click.Choice(["may-change", "stays"])),
    click.option(
        "--until", metavar="DAY", help="The last day, as 2027-01-31; '' is none."
    ),
    click.option(
        "--not-for", metavar="SLUGS", help="Partners who may not have it, with commas."
    ),
    click.option(
        "--pass-on/--keep", default=None, help="To other partners' feeds or not."
    ),
)


def term_options(command: Command) -> Command:
    """Hand them to the command by name, for ``changed``; None is not given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def changed(session: Session, terms: Terms, given: dict[str, Any]) -> Terms | None:
    """The terms with what was given; None when nothing was. Raises BadTerms."""
    if all(value is None for value in given.values()):
        return None
    headline, not_for = given["headline"], given["not_for"]
    return change(
        terms,
        text=given["text"],
        headline_may_change=None if headline is None else headline == "may-change",
        until=given["until"],
        not_for=None
        if not_for is None
        else [one.strip() for one in not_for.split(",") if one.strip()],
        pass_on=given["pass_on"],
        known=[one.slug for one in all_partners(session)],
    )
