"""``buurtpost library check``: whether the library's links still lead somewhere."""

import sys

import click

from newsletter.cli.door import Door, say_json
from newsletter.elsewhere.dead import SILENT_FOR, DeadLink
from newsletter.library.dead_links import addresses_of, every_dead_link, look_now
from newsletter.library.stories import find_item


@click.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def check(door: Door, slugs: tuple[str, ...], as_json: bool) -> None:
    """Look now whether links in these pieces, or in all, still lead somewhere.

    A worker looks at every link once a week, at night.
    """
    now = door.now
    with door.reading() as session:
        for slug in slugs:
            find_item(session, slug)  # an unknown one is named
        urls = addresses_of(session, slugs or None)
    with click.progressbar(length=len(urls), file=sys.stderr) as bar:
        seen = look_now(
            door.database, door.settings, urls, now=now, tell=lambda n: bar.update(n)
        )
    with door.reading() as session:
        found = [
            (slug, one)
            for slug, one in every_dead_link(session, now=now)
            if not slugs or slug in slugs
        ]
    if as_json:
        say_json([{"slug": slug, **facts(one)} for slug, one in found])
        return
    for slug, one in found:
        click.echo(f"{slug}\t{sentence(one)}")
    silent = {url for url, look in seen.items() if look.is_failure}
    silent -= {one.url for _, one in found}
    for url in sorted(silent):
        click.echo(f"{url} gives no answer; after {SILENT_FOR.days} days it is dead.")
    click.echo(f"{len(seen)} links looked at, {len(found)} dead.", err=True)


def facts(one: DeadLink) -> dict[str, object]:
    return {"url": one.url, "status": one.status, "since": one.since}


def sentence(one: DeadLink) -> str:
    what = f"answers {one.status}" if one.status else "gives no answer"
    return f"{one.url} {what}, since {one.since:%Y-%m-%d}"
