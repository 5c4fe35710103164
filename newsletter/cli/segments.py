"""``buurtpost segments``: rules over readers, kept and counted."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from newsletter.cli.door import Door, say_json
from newsletter.cli.subscribers import by_option
from newsletter.staff import audit, people
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from subscribers.lists import find_list
from subscribers.roles import slugs_of
from subscribers.segments import editor, mailed, saved
from subscribers.segments.rules import (
    BadRule,
    Rule,
    check_values,
    parse_rule,
    say,
    say_both,
)

MOST_BYTES = 1_000_000  # a rule is a few lines


class BadRuleFile(SubscribersError):
    """The file holds no rule; the sentence says where reading stopped."""


@click.group()
def segments() -> None:
    """Rules over readers."""


@segments.command()
@click.argument("name")
@click.argument("file", metavar="RULE.json", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Give an existing segment this rule.")
@by_option
@click.pass_obj
def add(door: Door, name: str, file: Path, replace: bool, by: str | None) -> None:
    """Keep a rule under a name."""
    data = read_rule(file)
    with door.writing() as session:
        who = people.who_acts(session, by)
        people.allow(session, who, Act.SEGMENTS)
        if replace:
            segment = saved.find_segment(session, name)
            saved.replace_rule(
                session,
                segment,
                rule=data,
                version=segment.version,
                by=who,
                now=door.now,
            )
        else:
            segment = saved.add_segment(
                session, name=name, rule=data, by=who, now=door.now
            )
        audit.record(
            session,
            by=who,
            act=Act.SEGMENTS,
            subject=f"segment {segment.id}",
            note=f"version {segment.version}",
            now=door.now,
        )
        click.echo(f"{segment.name}: {say(session, saved.rule_of(segment), 'en')}")


@segments.command(name="list")
@click.pass_obj
def list_(door: Door) -> None:
    """The kept rules, each as a sentence."""
    with door.reading() as session:
        for segment in saved.all_segments(session):
            click.echo(f"{segment.name}: {say(session, saved.rule_of(segment), 'en')}")


@segments.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def history(door: Door, name: str, as_json: bool) -> None:
    """What a segment said from when on, and who changed it; the newest first."""
    with door.reading() as session:
        versions = saved.history(session, saved.find_segment(session, name))
        told = [(one, say_both(session, parse_rule(one.rule))) for one in versions]
    if not as_json:
        for one, said in told:
            moment = f"{one.changed_at:%Y-%m-%d %H:%M}"
            click.echo(f"{one.version}  {moment}  {one.by}: {said['en']}")
        return
    say_json(
        {
            "versions": [
                {
                    "version": one.version,
                    "changed_at": one.changed_at,
                    "by": one.by,
                    "rule": one.rule,
                    "say": said,
                }
                for one, said in told
            ]
        }
    )


@segments.command()
@click.option("--language", type=click.Choice(["nl", "en"]), default="en")
@click.pass_obj
def fields(door: Door, language: str) -> None:
    """What a rule can ask, and the values to choose from, as JSON."""
    with door.reading() as session:
        say_json({"fields": editor.fields(session, language)})


@segments.command()
@click.argument("segment", metavar="NAME|RULE.json")
@click.option("--list", "slug", metavar="SLUG", required=True, help="The mailing list.")
@click.option("--sample", is_flag=True, help="Also some of them; addresses are not.")
@click.option("--json", "as_json", is_flag=True, help='Print {"count": n}.')
@click.pass_obj
def count(door: Door, segment: str, slug: str, sample: bool, as_json: bool) -> None:
    """How many readers of the list would be mailed today."""
    now, zone = door.now, door.settings.timezone
    with door.reading() as session:
        mailing_list = find_list(session, slug)
        rule = named_rule(session, segment)
        readers = mailed.count(session, mailing_list, rule, now=now, zone=zone)
        some: Sequence[mailed.Seen] = []
        if sample:
            some = mailed.sample(session, mailing_list, rule, now=now, zone=zone)
        told = [_told(session, one) for one in some]
        said = say_both(session, rule)
    if as_json:
        more = {"say": said, "sample": told} if sample else {}
        say_json({"count": readers, **more})
        return
    click.echo(f"{readers} readers: {said['en']}")
    for one in told:
        click.echo(
            f"  {one['name'] or '-'}, {one['region'] or 'region unknown'}, "
            f"{'|'.join(one['roles']) or 'no role'}, since {one['joined_at']:%Y-%m-%d}"
        )


def _told(session: Session, seen: mailed.Seen) -> dict[str, Any]:
    return {
        "id": seen.id,
        "name": seen.name,
        "region": seen.region_code,
        "roles": slugs_of(session, seen.role_mask),
        "language": seen.language,
        "joined_at": seen.joined_at,
    }


def named_rule(session: Session, text: str) -> Rule:
    """A kept segment's rule, or the one in a file; a kept name goes first."""
    file = Path(text)
    try:
        return saved.rule_of(saved.find_segment(session, text))
    except saved.UnknownSegment:
        # Whoever wrote a file's name wants to hear about the file.
        if file.suffix != ".json" and not file.is_file():
            raise
    rule = parse_rule(read_rule(file))
    check_values(session, rule)
    return rule


def read_rule(file: Path) -> object:
    """The JSON document in a file, or BadRuleFile with a sentence."""
    if not file.is_file():
        raise BadRuleFile(f"There is no file {str(file)!r} to read a rule from.")
    if file.stat().st_size > MOST_BYTES:
        raise BadRuleFile(f"{str(file)!r} is too large to be a rule.")
    try:
        document: object = json.loads(file.read_bytes(), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise BadRuleFile(f"{str(file)!r} is not JSON: {error}.") from error
    except RecursionError as error:
        raise BadRuleFile(f"{str(file)!r} is nested too deeply.") from error
    except ValueError as error:
        raise BadRuleFile(f"{str(file)!r} is not JSON: it is no text.") from error
    return document


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # JSON lets a key stand twice and keeps the last: a rule would silently widen.
    if len(dict(pairs)) != len(pairs):
        raise BadRule(f"A part of the rule has the key {pairs[0][0]!r} twice.")
    return dict(pairs)
