"""``buurtpost subscribers import|export``: readers as a file."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from newsletter.cli.door import Door, fail
from newsletter.cli.segments import named_rule
from newsletter.cli.subscribers import by_option
from newsletter.staff import audit, people
from newsletter.staff.roles import Act
from subscribers.imports.columns import Columns, parse_mapping
from subscribers.imports.errors import Refusal
from subscribers.imports.export import SHAPES, export_readers, find_shape
from subscribers.imports.formats import FIELDS
from subscribers.imports.intake import ImportReport, Progress, import_readers
from subscribers.lists import find_list
from subscribers.typed import shown

_LINE_SECONDS = 5  # between two lines of progress where there is no terminal


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "slug", metavar="SLUG", required=True, help="The mailing list.")
@click.option(
    "--proof",
    metavar="TEXT",
    help="Where and how these readers said yes, to the list and the partners named. "
    "Without it they are quarantined: never mailed until they sign up themselves.",
)
@click.option(
    "--map",
    "mapping",
    metavar="FIELD=COLUMN,...",
    multiple=True,
    help=f"Which column holds what, for those not guessed: {', '.join(FIELDS)}.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@by_option
@click.pass_obj
def import_(
    door: Door,
    file: Path,
    slug: str,
    proof: str | None,
    mapping: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    by: str | None,
) -> None:
    """Take in the readers of a CSV file: ours, or another system's export.

    Good rows are taken and bad ones listed. Nobody is mailed.
    """
    acting = _who_acts(door, by)
    with _progress() as progress:
        report = import_readers(
            door.database,
            file,
            mailing_list=slug,
            proof=proof,
            mapping=parse_mapping(mapping),
            dry_run=dry_run,
            now=door.now,
            progress=progress,
            zone=door.settings.timezone,
        )
    if not dry_run:
        note = f"{report.taken} of {report.rows} rows taken"
        _audit(door, acting, "subscribers.import", slug, note)
    if as_json:
        _print_json(report)
    else:
        _print(report, dry_run=dry_run)
    if not report.taken:
        what = "its rows were all refused" if report.rows else "it holds no rows"
        fail(f"Nobody was taken from {str(file)!r}: {what}.")


@click.command()
@click.option("--list", "slug", metavar="SLUG", required=True, help="The mailing list.")
@click.option("--segment", metavar="NAME", help="Only whom this segment selects.")
@click.option(
    "--shape",
    metavar="NAME",
    default="buurtpost",
    help=f"As which system writes it: {', '.join(SHAPES)}.",
)
@by_option
@click.pass_obj
def export(
    door: Door, slug: str, segment: str | None, shape: str, by: str | None
) -> None:
    """Write a list's readers as CSV, in a shape `import` takes."""
    wanted = find_shape(shape)
    acting = _who_acts(door, by)
    with door.reading() as session:
        mailing_list = find_list(session, slug)
        rule = named_rule(session, segment) if segment else None
        written = export_readers(
            session,
            sys.stdout,
            mailing_list=mailing_list,
            shape=wanted,
            rule=rule,
            zone=door.settings.timezone,
        )
    _audit(door, acting, "subscribers.export", slug, f"{written} readers")


def _who_acts(door: Door, by: str | None) -> str:
    """The name for the audit log; whoever is named must be allowed to."""
    with door.reading() as session:
        acting = people.who_acts(session, by)
        if by:
            people.allow(session, acting, Act.READERS)
        return acting


def _audit(door: Door, acting: str, act: str, slug: str, note: str) -> None:
    with door.writing() as session:
        audit.record(
            session, by=acting, act=act, subject=f"list {slug}", note=note, now=door.now
        )


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, a line every few seconds elsewhere; on standard error."""
    if sys.stderr.isatty():
        with click.progressbar(length=100, file=sys.stderr, show_pos=False) as bar:
            yield lambda at: bar.update(int(_percent(at)) - bar.pos)
        return
    told = time.monotonic()

    def tell(at: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= _LINE_SECONDS:
            told = time.monotonic()
            click.echo(f"{at.rows:,} rows read, {_percent(at):.0f} %", err=True)

    yield tell


def _percent(at: Progress) -> float:
    return 100 * at.read_bytes / at.size_bytes if at.size_bytes else 100


def _print_json(report: ImportReport) -> None:
    """The report as one document, a refused row at a time: there may be a million."""
    counts = {
        "rows": report.rows,
        "taken": report.taken,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "quarantined": report.quarantined,
    }
    start = json.dumps(counts, indent=2).removesuffix("\n}")
    click.echo(start + ',\n  "refused": [', nl=False)
    between = "\n    "
    for refusal in report.refused:
        click.echo(between + json.dumps(_fields(refusal), ensure_ascii=False), nl=False)
        between = ",\n    "
    click.echo("\n  ]\n}" if len(report.refused) else "]\n}")


def _fields(refusal: Refusal) -> dict[str, object]:
    return {
        "line": refusal.line,
        "column": refusal.column,
        "value": refusal.value,
        "reason": refusal.reason,
    }


def _print(report: ImportReport, *, dry_run: bool) -> None:
    if report.columns is not None:
        click.echo(f"Read as {report.columns.format}, {report.encoding}:")
        _print_columns(report.columns)
    for refusal in report.refused:
        where = f"line {refusal.line}"
        if refusal.column:
            where += f", {refusal.column} {shown(refusal.value)}"
        click.echo(f"Refused: {where}: {refusal.reason}")
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.rows:,} rows: {report.taken:,} {would}taken "
        f"({report.updated:,} updated, {report.unchanged:,} unchanged, "
        f"{report.quarantined:,} quarantined), {len(report.refused):,} refused."
    )
    if report.quarantined:
        click.echo("Those in quarantine are not mailed until they sign up and confirm.")
        if dry_run:
            click.echo("Tell with --proof where they said yes, if they did.")


def _print_columns(columns: Columns) -> None:
    for field in FIELDS:
        if field in columns.places:
            click.echo(f"  {field} from {shown(columns.name_of(field))}")
    if columns.unused:
        named = ", ".join(shown(name) for name in columns.unused[:12])
        more = len(columns.unused) - 12
        click.echo(f"  not used: {named}{f' and {more} more' if more > 0 else ''}")
