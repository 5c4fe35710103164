"""``buurtpost issues seen``: the version somebody would get, whoever they are."""

import click

from newsletter.cli.door import Door, fail, say_json
from newsletter.issues.compose import find_issue
from newsletter.issues.seen_by import seen_by
from subscribers.segments.invented import Person
from subscribers.segments.rules import check_values, parse_rule


@click.command()
@click.argument("number", type=int)
@click.option("--region", metavar="GM....", help="Where they live.")
@click.option("--role", "roles", metavar="SLUG", multiple=True)
@click.option("--partner", "partners", metavar="SLUG", multiple=True)
@click.option("--language", metavar="nl|en")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def seen(
    door: Door,
    number: int,
    region: str | None,
    roles: tuple[str, ...],
    partners: tuple[str, ...],
    language: str | None,
    as_json: bool,
) -> None:
    """Say which blocks of issue NUMBER somebody of these sees."""
    told = {"region": region, "language": language}
    with door.reading() as session:
        issue = find_issue(session, number)
        # Somebody of a role that is not there would quietly be anybody.
        asked = [
            *({"role": role} for role in roles),
            *({"partner": partner} for partner in partners),
            *({name: value} for name, value in told.items() if value),
        ]
        check_values(session, parse_rule({"all": asked}))
        person = Person(
            today=door.now.astimezone(door.settings.timezone).date(),
            region=region.upper() if region else None,
            roles=frozenset(roles),
            partners=frozenset(partners),
            lists=frozenset({issue.mailing_list.slug}),
            language=language,
        )
        found = seen_by(session, issue, person, language="en")
    if found is None:
        fail(f"Issue {number} has nothing for somebody like that: they get no mail.")
    elif as_json:
        say_json({"key": found.key, "edition": found.edition, "blocks": found.blocks})
    else:
        click.echo(f"{found.key}: {', '.join(found.blocks)}")
