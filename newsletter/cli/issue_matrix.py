"""``buurtpost issues matrix``: who sees which block."""

from typing import Any

import click

from newsletter.cli.door import Door, say_json
from newsletter.issues.compose import find_issue
from newsletter.issues.composition import Composition
from newsletter.issues.matrix import Difference, Matrix
from newsletter.issues.matrix import matrix as matrix_of
from newsletter.issues.variants import plan_variants


@click.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def matrix(door: Door, number: int, as_json: bool) -> None:
    """Lay the versions of issue NUMBER beside its blocks, with their readers."""
    with door.reading() as session:
        issue = find_issue(session, number)
        planned = plan_variants(
            session,
            issue,
            today=door.now.astimezone(door.settings.timezone).date(),
            zone=door.settings.timezone,
            language="en",
        )
        found = matrix_of(Composition.of(issue), planned, subject=issue.subject)
    if as_json:
        say_json(_document(found))
        return
    _say(found)


def _say(found: Matrix) -> None:
    widest = max([len(row.block.id) for row in found.rows], default=0)
    letters = [variant.label for variant in found.variants]
    click.echo(f"{'':<{widest}}  {'  '.join(letters)}  readers")
    for row in found.rows:
        marks = "  ".join(
            ("x" if variant.key in row.variants else ".").ljust(len(variant.label))
            for variant in found.variants
        )
        readers = "hidden" if row.block.hidden else f"{row.readers:,}"
        click.echo(f"{row.block.id:<{widest}}  {marks}  {readers}")
    click.echo()
    for variant, difference in zip(found.variants, found.differences, strict=True):
        click.echo(
            f"{variant.label}  {variant.key}: {variant.readers:,} readers, "
            f"{variant.say}{_differs(difference)}"
        )


def _differs(difference: Difference) -> str:
    parts = [
        *(f"+{one}" for one in difference.more),
        *(f"-{one}" for one in difference.fewer),
        *(f"~{one}" for one in difference.others),
    ]
    if difference.subject:
        parts.append("subject of its own")
    return f" ({', '.join(parts)})" if parts else ""


def _document(found: Matrix) -> dict[str, Any]:
    return {
        "variants": [
            {
                "key": variant.key,
                "label": variant.label,
                "edition": variant.edition,
                "readers": variant.readers,
                "say": variant.say,
                "more": difference.more,
                "fewer": difference.fewer,
                "other_words": difference.others,
                "subject": difference.subject,
            }
            for variant, difference in zip(
                found.variants, found.differences, strict=True
            )
        ],
        "blocks": [
            {
                "id": row.block.id,
                "hidden": row.block.hidden,
                "readers": row.readers,
                "variants": [
                    one.key for one in found.variants if one.key in row.variants
                ],
            }
            for row in found.rows
        ],
    }
