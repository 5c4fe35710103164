"""``buurtpost issues new`` and ``issues template``: beginning an issue."""

import click
from sqlalchemy.orm import Session

from newsletter.cli.door import Door, say_json
from newsletter.issues.beginning import create_issue, make_from, make_like
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue, IssueTemplate
from newsletter.issues.templates import (
    all_templates,
    find_template,
    keep_template,
    remove_template,
)
from newsletter.staff import audit, people
from newsletter.staff.roles import Act

_by = click.option("--by", metavar="EMAIL", help="Who does it.")


@click.command()
@click.option("--list", "list_slug", metavar="SLUG", help="Begin an empty one.")
@click.option("--like", type=int, metavar="NUMBER", help="The build of that issue.")
@click.option("--template", metavar="NAME", help="The build that was kept.")
@click.option("--number", type=int, help="Default: one more than the highest.")
@_by
@click.pass_obj
def new(
    door: Door,
    list_slug: str | None,
    like: int | None,
    template: str | None,
    number: int | None,
    by: str | None,
) -> None:
    """Begin an issue: empty, or with another's sections and fixed blocks."""
    if sum(given is not None for given in (list_slug, like, template)) != 1:
        raise click.UsageError("Give one of --list, --like and --template.")
    with door.writing() as session:
        name = who_composes(session, by)
        made = _make(session, door, list_slug, like, template, number, name)
        note(session, door, name, made, "created")
        said = f"Issue {made.number}: {len(made.blocks)} blocks."
    click.echo(said)


def _make(
    session: Session,
    door: Door,
    list_slug: str | None,
    like: int | None,
    template: str | None,
    number: int | None,
    by: str,
) -> Issue:
    if like is not None:
        issue = find_issue(session, like)
        return make_like(session, issue, number=number, by=by, now=door.now)
    if template is not None:
        found = find_template(session, template)
        return make_from(session, found, number=number, by=by, now=door.now)
    assert list_slug is not None
    return create_issue(
        session, list_slug=list_slug, number=number, by=by, now=door.now
    )


@click.group()
def template() -> None:
    """The build of issues that recur: sections and fixed blocks."""


@template.command()
@click.argument("number", type=int)
@click.argument("name")
@_by
@click.pass_obj
def keep(door: Door, number: int, name: str, by: str | None) -> None:
    """Keep the build of issue NUMBER as the template NAME, or replace it."""
    with door.writing() as session:
        acting = who_composes(session, by)
        issue = find_issue(session, number)
        kept = keep_template(session, issue, name=name, by=acting, now=door.now)
        note(session, door, acting, issue, f"kept as template {kept.name}")
        said = f"Template {kept.name}: {len(kept.blocks)} blocks."
    click.echo(said)


@template.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(door: Door, as_json: bool) -> None:
    """List all templates."""
    with door.reading() as session:
        found = [_summary(one) for one in all_templates(session)]
    if as_json:
        say_json(found)
        return
    if not found:
        click.echo("No templates yet. `buurtpost issues template keep 42 NAME`.")
    for one in found:
        click.echo(f"{one['name']}  ({one['list']}, {one['blocks']} blocks)")


@template.command()
@click.argument("name")
@click.pass_obj
def remove(door: Door, name: str) -> None:
    """Take the template NAME away; issues made of it stay."""
    with door.writing() as session:
        remove_template(session, find_template(session, name))
    click.echo(f"The template {name} is gone.")


def _summary(one: IssueTemplate) -> dict[str, object]:
    return {
        "name": one.name,
        "list": one.mailing_list.slug,
        "blocks": len(one.blocks),
        "by": one.by,
        "updated_at": one.updated_at,
    }


def who_composes(session: Session, by: str | None) -> str:
    """Raises NotAllowed or UnknownStaff."""
    name = people.who_acts(session, by)
    people.allow(session, name, Act.COMPOSE)
    return name


def note(session: Session, door: Door, by: str, issue: Issue, what: str) -> None:
    audit.record(
        session,
        by=by,
        act=Act.COMPOSE,
        subject=f"issue {issue.number}",
        note=what,
        now=door.now,
    )
