"""``buurtpost feeds``: what partners share with us, asked, looked at, decided."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from newsletter.cli.door import Door, fail, say_json
from newsletter.cli.subscribers import by_option
from newsletter.cli.terms import changed as changed_terms
from newsletter.cli.terms import term_options
from newsletter.exchange import changes
from newsletter.exchange import feeds as shelf
from newsletter.exchange.models import PartnerFeed
from newsletter.exchange.polling import Polled, asked_feeds, due_feeds, poll
from newsletter.exchange.schedule import POLL
from newsletter.exchange.troubles import say
from newsletter.exchange.withdrawing import give_back, withdraw, withdrawn_pieces
from newsletter.jobs.queue import enqueue
from newsletter.library.stories import find_item
from newsletter.library.terms import terms_of
from newsletter.staff import audit, people
from newsletter.staff.roles import Act

_MOST = 100_000


@click.group()
def feeds() -> None:
    """What partners share with us: their feeds and the pieces that came in."""


@feeds.command()
@click.argument("url")
@click.option("--partner", required=True, metavar="SLUG", help="Whose feed it is.")
@click.pass_obj
def add(door: Door, url: str, partner: str) -> None:
    """Ask the feed at URL from now on. A worker asks it at once."""
    with door.writing() as session:
        feed = shelf.add_feed(session, url=url, partner=partner, now=door.now)
        enqueue(session, POLL, {}, now=door.now)
        click.echo(f"{feed.url} is asked for {feed.partner.name} from now on.")


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(door: Door, as_json: bool) -> None:
    """Show each feed and how it is doing."""
    with door.reading() as session:
        found = shelf.all_feeds(session)
        if as_json:
            say_json([_facts(feed) for feed in found])
            return
        for feed in found:
            click.echo("\t".join(_line(feed)))


@feeds.command("poll")
@click.option("--due", is_flag=True, help="Only those whose time has come.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def poll_(door: Door, due: bool, as_json: bool) -> None:
    """Ask all feeds now, and say what each brought.

    Exit 1 when there are feeds and none of them could be read.
    """
    with door.reading() as session:
        asked = (
            due_feeds(session, now=door.now, limit=_MOST)
            if due
            else asked_feeds(session)
        )
    polled = poll(
        door.database,
        door.settings,
        asked,
        clock=lambda: door.now,
        tell=(lambda _: None) if as_json else _tell,
    )
    if as_json:
        say_json({"feeds": [one.to_document() for one in polled]})
    if polled and all(one.state == "failed" for one in polled):
        fail("None of the feeds could be read. `buurtpost feeds list` says why.")


@feeds.command()
@click.argument("url")
@click.pass_obj
def stop(door: Door, url: str) -> None:
    """Ask the feed at URL no more. What came in stays."""
    with door.writing() as session:
        shelf.stop_feed(session, url, now=door.now)


@feeds.command()
@click.argument("url")
@click.pass_obj
def start(door: Door, url: str) -> None:
    """Ask a feed that was stopped again."""
    with door.writing() as session:
        shelf.start_feed(session, url, now=door.now)


@feeds.command("changed")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def changed(door: Door, as_json: bool) -> None:
    """Show the pieces whose source changed, and those that were withdrawn."""
    with door.reading() as session:
        undecided = [
            {
                "slug": row.item.slug,
                "title": row.item.title,
                "fields": [one.field for one in changes.differences(row)],
            }
            for row in changes.undecided(session)
            if row.item
        ]
        gone = [
            {"slug": item.slug, "title": item.title}
            for item in withdrawn_pieces(session)
        ]
        if as_json:
            say_json({"changed": undecided, "withdrawn": gone})
            return
        for one in undecided:
            click.echo(f"changed\t{one['slug']}\t{', '.join(one['fields'])}")
        for piece in gone:
            click.echo(f"withdrawn\t{piece['slug']}\t{piece['title']}")


@feeds.command("take-over")
@click.argument("slug")
@by_option
@click.pass_obj
def take_over(door: Door, slug: str, by: str | None) -> None:
    """Make the piece SLUG say what its source says now."""
    with door.writing() as session:
        item = find_item(session, slug)
        name = people.who_acts(session, by)
        changes.take_over(session, door.settings, item, by=name, now=door.now)
        _note(door, session, by, slug, "took the source's changes over")


@feeds.command("keep-ours")
@click.argument("slug")
@by_option
@click.pass_obj
def keep_ours(door: Door, slug: str, by: str | None) -> None:
    """Leave the piece SLUG as it is, whatever its source changed."""
    with door.writing() as session:
        changes.keep_ours(session, find_item(session, slug))
        _note(door, session, by, slug, "kept ours, the source changed")


@feeds.command("withdraw")
@click.argument("slug")
@by_option
@click.pass_obj
def withdraw_(door: Door, slug: str, by: str | None) -> None:
    """The partner takes the piece SLUG back: no issue goes out with it."""
    with door.writing() as session:
        withdraw(find_item(session, slug), now=door.now)
        _note(door, session, by, slug, "withdrawn")


@feeds.command("give-back")
@click.argument("slug")
@by_option
@click.pass_obj
def give_back_(door: Door, slug: str, by: str | None) -> None:
    """The partner lets the withdrawn piece SLUG be used after all."""
    with door.writing() as session:
        give_back(find_item(session, slug))
        _note(door, session, by, slug, "given back")


@feeds.command()
@click.argument("slug")
@term_options
@click.option("--as-partner", is_flag=True, help="Back to those of whose it is.")
@by_option
@click.pass_obj
def terms(
    door: Door, /, slug: str, as_partner: bool, by: str | None, **given: Any
) -> None:
    """Show or change what may be done with the one piece SLUG, also one of ours."""
    with door.writing() as session:
        item = find_item(session, slug)
        new = changed_terms(session, terms_of(item), given)
        if new is not None or as_partner:
            item.terms = new.to_document() if new else None
            _note(door, session, by, slug, "terms changed")
        say_json(terms_of(item).spelled_out())


def _note(door: Door, session: Session, by: str | None, slug: str, note: str) -> None:
    name = people.who_acts(session, by)
    people.allow(session, name, Act.EDIT_LIBRARY)
    audit.record(
        session,
        by=name,
        act=Act.EDIT_LIBRARY,
        subject=f"piece {slug}",
        note=note,
        now=door.now,
    )


def _facts(feed: PartnerFeed) -> dict[str, object]:
    what, do = say(feed.trouble, feed.detail, "en") if feed.trouble else ("", "")
    return {
        "url": feed.url,
        "partner": feed.partner.slug,
        "title": feed.title,
        "health": shelf.health_of(feed),
        "asked": _moment(feed.asked_at),
        "succeeded": _moment(feed.succeeded_at),
        "failures": feed.failures,
        "problem": what or None,
        "todo": do or None,
        "next": None if feed.stopped_at else _moment(feed.next_at),
    }


def _line(feed: PartnerFeed) -> list[str]:
    facts = _facts(feed)
    told = [feed.partner.slug, feed.url, str(facts["health"])]
    told.append(f"last read {facts['succeeded'] or 'never'}")
    if facts["problem"]:
        told.append(
            f"{feed.failures} failures: {facts['problem']} {facts['todo'] or ''}"
        )
    if facts["next"]:
        told.append(f"next try {facts['next']}")
    return told


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _tell(one: Polled) -> None:
    facts = one.to_document()
    if one.trouble:
        click.echo(
            f"{one.url}: {facts['problem']} {facts['todo'] or ''}".rstrip(), err=True
        )
        return
    brought = ", ".join(
        f"{count} {name}"
        for name, count in one.counts.items()
        if count and name != "same"
    )
    click.echo(f"{one.url}: {brought or 'nothing new'}.")
