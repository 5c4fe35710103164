"""``buurtpost library``: stories, and the knowledge they are linked to."""

import click

from newsletter.cli.door import Door, say_json
from newsletter.library.files import read_file
from newsletter.library.knowledge import link as link_pieces
from newsletter.library.knowledge import stories_of
from newsletter.library.knowledge import unlink as unlink_pieces
from newsletter.library.models import ItemKind, LibraryItem, Relation
from newsletter.library.search import find
from newsletter.library.stories import add_draft, find_item
from newsletter.library.words import reading_minutes
from newsletter.rendering.richtext import to_plain

LISTED_AT_MOST = 10_000


@click.group()
def library() -> None:
    """Stories, and the knowledge they are linked to."""


@library.command()
@click.argument("file")
@click.option("--slug", help="Default: the file's name without its ending.")
@click.option("--replace", is_flag=True, help="Replace the piece that has this slug.")
@click.option("--partner", metavar="SLUG", help="Whose piece it is. Default: ours.")
@click.option(
    "--region", "regions", multiple=True, metavar="GM....", help="Where it plays."
)
@click.option("--kind", type=click.Choice([kind.value for kind in ItemKind]))
@click.pass_obj
def add(
    door: Door,
    file: str,
    slug: str | None,
    replace: bool,
    partner: str | None,
    regions: tuple[str, ...],
    kind: str | None,
) -> None:
    """Put a text (.md, .html or .txt) in the library and print its slug."""
    draft = read_file(file)
    with door.writing() as session:
        item = add_draft(
            session,
            door.settings,
            draft,
            slug=slug,
            kind=ItemKind(kind) if kind else None,
            partner=partner,
            regions=regions,
            replace=replace,
            now=door.now,
        )
        click.echo(item.slug)


@library.command()
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
        link_pieces(
            session,
            story=story,
            knowledge=knowledge,
            relation=relation,
            why=why,
            now=door.now,
        )


@library.command()
@click.argument("story")
@click.argument("knowledge")
@click.pass_obj
def unlink(door: Door, story: str, knowledge: str) -> None:
    """Take the link between a story and a knowledge item away."""
    with door.writing() as session:
        unlink_pieces(session, story=story, knowledge=knowledge)


@library.command("list")
@click.argument("words", nargs=-1)
@click.option("--kind", type=click.Choice([kind.value for kind in ItemKind]))
@click.option("--partner", metavar="SLUG")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(
    door: Door,
    words: tuple[str, ...],
    kind: str | None,
    partner: str | None,
    as_json: bool,
) -> None:
    """Show the pieces that have all these WORDS, or all pieces."""
    with door.reading() as session:
        items = find(
            session,
            " ".join(words),
            kind=ItemKind(kind) if kind else None,
            partner=partner,
            limit=LISTED_AT_MOST,
        )
        if as_json:
            say_json([_facts(item) for item in items])
            return
        for item in items:
            click.echo(f"{item.slug}\t{item.kind}\t{item.title}")


@library.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show(door: Door, slug: str, as_json: bool) -> None:
    """Show one piece and its links."""
    with door.reading() as session:
        item = find_item(session, slug)
        links = [
            {
                "story": link.story.slug,
                "knowledge": link.knowledge.slug,
                "relation": link.relation,
                "why": link.why,
            }
            for link in (item.links if item.is_story else stories_of(session, item))
        ]
        if as_json:
            say_json({**_facts(item), "body": item.body, "links": links})
            return
        for name, value in _facts(item).items():
            if value:
                shown = ", ".join(value) if isinstance(value, list) else value
                click.echo(f"{name}: {shown}")
        for entry in links:
            click.echo("{story} {relation} {knowledge}: {why}".format(**entry))
        click.echo(f"\n{to_plain(item.body)}")


def _facts(item: LibraryItem) -> dict[str, object]:
    return {
        "slug": item.slug,
        "kind": item.kind,
        "title": item.title,
        "summary": item.summary,
        "language": item.language,
        "url": item.url,
        "date": item.published_on.isoformat() if item.published_on else None,
        "people": item.people,
        "regions": item.regions,
        "themes": item.themes,
        "image": item.image,
        "alt": item.image_alt,
        "partner": item.partner.slug if item.partner else None,
        "minutes": reading_minutes(item.body),
    }
