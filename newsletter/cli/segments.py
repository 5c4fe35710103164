"""``buurtpost segments``: rules over readers, kept and counted."""

import json
from pathlib import Path

import click
from sqlalchemy.orm import Session

from newsletter.cli.door import Door, say_json
from subscribers.errors import SubscribersError
from subscribers.lists import find_list
from subscribers.segments import audience, saved
from subscribers.segments.rules import BadRule, Rule, check_values, parse_rule, say

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
@click.pass_obj
def add(door: Door, name: str, file: Path, replace: bool) -> None:
    """Keep a rule under a name."""
    data = read_rule(file)
    with door.writing() as session:
        if replace:
            segment = saved.find_segment(session, name)
            saved.replace_rule(
                session, segment, rule=data, version=segment.version, now=door.now
            )
        else:
            segment = saved.add_segment(session, name=name, rule=data, now=door.now)
        click.echo(f"{segment.name}: {say(session, saved.rule_of(segment), 'en')}")


@segments.command(name="list")
@click.pass_obj
def list_(door: Door) -> None:
    """The kept rules, each as a sentence."""
    with door.reading() as session:
        for segment in saved.all_segments(session):
            click.echo(f"{segment.name}: {say(session, saved.rule_of(segment), 'en')}")


@segments.command()
@click.argument("segment", metavar="NAME|RULE.json")
@click.option("--list", "slug", metavar="SLUG", required=True, help="The mailing list.")
@click.option("--json", "as_json", is_flag=True, help='Print {"count": n}.')
@click.pass_obj
def count(door: Door, segment: str, slug: str, as_json: bool) -> None:
    """How many readers of the list would be mailed today."""
    with door.reading() as session:
        mailing_list = find_list(session, slug)
        rule = named_rule(session, segment)
        readers = audience.count(
            session, mailing_list, rule, now=door.now, zone=door.settings.timezone
        )
        if as_json:
            say_json({"count": readers})
        else:
            click.echo(f"{readers} readers: {say(session, rule, 'en')}")


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
