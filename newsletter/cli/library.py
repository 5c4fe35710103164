"""``buurtpost library``: stories, and the knowledge they are linked to."""

from collections.abc import Iterable
from datetime import timedelta

import click

from newsletter.cli.dead_links import facts, sentence
from newsletter.cli.door import Door, say_json
from newsletter.cli.lazy import Elsewhere, LazyGroup
from newsletter.cli.library_history import audit, by_option, who_edits
from newsletter.elsewhere.dead import DeadLink
from newsletter.issues.usage import UNSEEN_DAYS, Use, narrowed_by_use, uses_of
from newsletter.library.dead_links import dead_links_of, every_dead_link
from newsletter.library.files import read_file
from newsletter.library.from_web import is_web_address, read_page
from newsletter.library.knowledge import stories_of
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.search import find
from newsletter.library.stories import add_draft, find_item
from newsletter.partners.partners import find_partner
from newsletter.rendering.richtext import to_plain

LISTED_AT_MOST = 10_000


@click.group(
    cls=LazyGroup,
    elsewhere={
        "check": Elsewhere(
            "dead_links:check",
            "Look now whether links in these pieces, or in all, still lead somewhere.",
        ),
        "link": Elsewhere(
            "knowledge:link", "Link a story to a knowledge item, with a why."
        ),
        "merge": Elsewhere(
            "library_history:merge",
            "Make one piece of two: SLUG stays, DOUBLE becomes part of it.",
        ),
        "restore": Elsewhere(
            "library_history:restore",
            "Let a piece say again what it said in a VERSION.",
        ),
        "suggest": Elsewhere(
            "knowledge:suggest", "Suggest what to link a piece to, and say why."
        ),
        "unlink": Elsewhere(
            "knowledge:unlink",
            "Take the link between a story and a knowledge item away.",
        ),
        "versions": Elsewhere(
            "library_history:versions",
            "Show every version of a piece, the newest first: when, by whom, what "
            "changed.",
        ),
    },
)
def library() -> None:
    """Stories, and the knowledge they are linked to."""


@library.command()
@click.argument("file", metavar="FILE|URL")
@click.option("--slug", help="Default: the file's name without its ending.")
@click.option("--replace", is_flag=True, help="Replace the piece that has this slug.")
@click.option("--partner", metavar="SLUG", help="Whose piece it is. Default: ours.")
@click.option(
    "--region", "regions", multiple=True, metavar="GM....", help="Where it plays."
)
@click.option("--kind", type=click.Choice([kind.value for kind in ItemKind]))
@click.option(
    "--with-text",
    is_flag=True,
    help="Of a URL: take its text over too. Ask whoever wrote it.",
)
@by_option
@click.pass_obj
def add(
    door: Door,
    file: str,
    slug: str | None,
    replace: bool,
    partner: str | None,
    regions: tuple[str, ...],
    kind: str | None,
    with_text: bool,
    by: str | None,
) -> None:
    """Put a text (.md, .html, .txt, .docx) or a web page in the library.

    Prints its slug. Of a page the title, summary, author, day and picture are read.
    """
    if is_web_address(file):
        read = read_page(door.settings, file, with_text=with_text)
        draft = read.draft
        if read.no_picture:
            click.echo(f"Added without its picture. {read.no_picture}", err=True)
    else:
        draft = read_file(file)
    with door.writing() as session:
        name = who_edits(session, by)
        item = add_draft(
            session,
            door.settings,
            draft,
            slug=slug,
            kind=ItemKind(kind) if kind else None,
            partner=partner,
            regions=regions,
            replace=replace,
            by=name,
            now=door.now,
        )
        audit(door, session, name, item.slug, "replaced" if replace else "added")
        click.echo(item.slug)


@library.command("list")
@click.argument("words", nargs=-1)
@click.option("--search", metavar="WORDS", help="The same as WORDS.")
@click.option("--kind", type=click.Choice([kind.value for kind in ItemKind]))
@click.option("--partner", metavar="SLUG")
@click.option("--theme", help="One of its themes, whole.")
@click.option("--region", help="A municipality or province, or a CBS code.")
@click.option("--person", help="Part of the name of somebody in it.")
@click.option("--never-used", is_flag=True, help="In no issue, nor in a draft.")
@click.option(
    "--unseen",
    is_flag=True,
    help=f"Shown before, but not for {UNSEEN_DAYS} days; in no draft.",
)
@click.option("--issue", type=int, metavar="NUMBER", help="Shown in this issue.")
@click.option("--dead-links", is_flag=True, help="With a link that is dead.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(
    door: Door,
    words: tuple[str, ...],
    search: str | None,
    kind: str | None,
    partner: str | None,
    theme: str | None,
    region: str | None,
    person: str | None,
    never_used: bool,
    unseen: bool,
    issue: int | None,
    dead_links: bool,
    as_json: bool,
) -> None:
    """Show the pieces that have all these WORDS, or all pieces.

    A word is found in all its forms: verhaal finds verhalen.
    """
    with door.reading() as session:
        without, only = narrowed_by_use(
            session,
            never_used=never_used,
            unseen_since=door.now - timedelta(days=UNSEEN_DAYS) if unseen else None,
            issue=issue,
        )
        if dead_links:
            dead_ones = {slug for slug, _ in every_dead_link(session, now=door.now)}
            only = dead_ones if only is None else only & dead_ones
        items = find(
            session,
            " ".join([*words, search or ""]),
            kind=ItemKind(kind) if kind else None,
            partner=find_partner(session, partner).slug if partner else None,
            theme=theme,
            region=region,
            person=person,
            without=without,
            only=only,
            limit=LISTED_AT_MOST,
        )
        slugs = {item.slug for item in items}
        dead = dead_links_of(session, slugs, now=door.now)
        if as_json:
            say_json([_facts(item, dead.get(item.slug, ())) for item in items])
            return
        for item in items:
            mark = "\tdead link" if item.slug in dead else ""
            click.echo(f"{item.slug}\t{item.kind}\t{item.title}{mark}")


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
        uses = [
            {
                "issue": use.number,
                "as": use.block,
                "size": use.size,
                "edition": use.edition,
                "behind": use.behind,
                "shown_at": use.shown_at,
            }
            for use in uses_of(session, item.slug)
        ]
        dead = dead_links_of(session, [slug], now=door.now).get(slug, [])
        known = _facts(item, dead)
        if as_json:
            document = {"body": item.body, "links": links, "uses": uses}
            say_json({**known, **document})
            return
        for name, value in known.items():
            if value and name != "dead_links":
                shown = ", ".join(value) if isinstance(value, list) else value
                click.echo(f"{name}: {shown}")
        for entry in links:
            click.echo("{story} {relation} {knowledge}: {why}".format(**entry))
        for use in uses_of(session, item.slug):
            click.echo(_sentence(use))
        for one in dead:
            click.echo(f"dead link: {sentence(one)}")
        click.echo(f"\n{to_plain(item.body)}")


def _sentence(use: Use) -> str:
    what = " ".join(word for word in (use.size, use.block) if word)
    behind = f" behind {use.behind}" if use.behind else ""
    edition = f", edition {use.edition}" if use.edition else ""
    when = f"shown on {use.shown_at:%Y-%m-%d}" if use.shown_at else "a draft"
    return f"used in issue {use.number} as {what}{behind}{edition}: {when}"


def _facts(item: LibraryItem, dead: Iterable[DeadLink]) -> dict[str, object]:
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
        "credit": item.image_credit,
        "source": item.source,
        "licence": item.licence,
        "partner": item.partner.slug if item.partner else None,
        "minutes": item.minutes,
        "dead_links": [facts(one) for one in dead],
    }
