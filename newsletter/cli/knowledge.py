"""``buurtpost library link``, ``unlink`` and ``suggest``: what lies behind a story."""

import click

from newsletter.cli.door import Door, say_json
from newsletter.library import knowledge as links
from newsletter.library.models import Relation
from newsletter.library.stories import find_item
from newsletter.library.suggest import MOST, Suggestion
from newsletter.library.suggest import suggest as suggested


@click.command()
@click.argument("story")
@click.argument("knowledge")
@click.option(
    "--relation",
    required=True,
    type=click.Choice([relation.value for relation in Relation]),
)
@click.option("--why", required=True, help="One sentence that readers see.")
@click.pass_obj
def link(door: Door, story: str, knowledge: str, relation: str, why: str) -> None:
    """Link a story to a knowledge item, with a why."""
    with door.writing() as session:
        links.link(
            session,
            story=story,
            knowledge=knowledge,
            relation=relation,
            why=why,
            now=door.now,
        )


@click.command()
@click.argument("story")
@click.argument("knowledge")
@click.pass_obj
def unlink(door: Door, story: str, knowledge: str) -> None:
    """Take the link between a story and a knowledge item away."""
    with door.writing() as session:
        links.unlink(session, story=story, knowledge=knowledge)


@click.command()
@click.argument("slug")
@click.option("--limit", type=click.IntRange(1, 50), default=MOST, show_default=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def suggest(door: Door, slug: str, limit: int, as_json: bool) -> None:
    """Suggest what to link a piece to, and say why.

    For a story: knowledge. For knowledge: stories. Nothing is linked.
    """
    today = door.now.astimezone(door.settings.timezone).date()
    with door.reading() as session:
        item = find_item(session, slug)
        found = suggested(session, item, day=today, limit=limit)
        if as_json:
            say_json([_facts(one) for one in found])
            return
        for one in found:
            click.echo(f"{one.item.slug}\t{one.item.kind}\t{one.item.title}")
            click.echo(f"  shares {_reason(one)}")
        if not found:
            click.echo(f"Nothing in the library is like {slug}.", err=True)


def _facts(one: Suggestion) -> dict[str, object]:
    return {
        "slug": one.item.slug,
        "kind": one.item.kind,
        "title": one.item.title,
        "themes": list(one.themes),
        "words": list(one.words),
    }


def _reason(one: Suggestion) -> str:
    parts = []
    if one.themes:
        parts.append(f"the themes: {', '.join(one.themes)}")
    if one.words:
        parts.append(f"the words: {', '.join(one.words)}")
    return "; ".join(parts)
