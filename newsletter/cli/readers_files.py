"""``buurtpost subscribers import|export``: readers as a file."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from newsletter.cli.door import Door, fail
from newsletter.cli.readers_report import print_json, print_report, print_suppressed
from newsletter.cli.segments import named_rule
from newsletter.cli.subscribers import by_option
from newsletter.staff import audit, people
from newsletter.staff.roles import Act
from subscribers.imports.columns import parse_mapping
from subscribers.imports.export import SHAPES, export_readers, find_shape
from subscribers.imports.formats import FIELDS
from subscribers.imports.intake import Progress, import_readers
from subscribers.imports.refused import refused_lines
from subscribers.imports.suppressions import SuppressionReport, import_suppressions
from subscribers.lists import find_list

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
@click.option(
    "--suppressions",
    "lists",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A list of addresses never to be mailed; taken in before the readers.",
)
@click.option(
    "--refused",
    "refused_file",
    type=click.Path(path_type=Path),
    help="Write the refused lines to this CSV file: line, column, value, reason.",
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
    lists: tuple[Path, ...],
    refused_file: Path | None,
    dry_run: bool,
    as_json: bool,
    by: str | None,
) -> None:
    """Take in the readers of a CSV file: ours, or another system's export.

    Good rows are taken and bad ones listed. Nobody is mailed.
    """
    acting = _who_acts(door, by)
    with refused_lines(refused_file) as refused:
        never = [(path, _suppress(door, path, slug, acting, dry_run)) for path in lists]
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
        if refused is not None:
            for path, suppressed in never:
                refused.write(path, suppressed.refused)
            refused.write(file, report.refused)
    if not dry_run:
        note = f"{report.taken} of {report.rows} rows taken"
        _audit(door, acting, "subscribers.import", slug, note)
    if as_json:
        print_json(report, [suppressed for _, suppressed in never])
    else:
        for path, suppressed in never:
            print_suppressed(path, suppressed, dry_run=dry_run)
        print_report(report, dry_run=dry_run)
    if not report.taken:
        what = "its rows were all refused" if report.rows else "it holds no rows"
        fail(f"Nobody was taken from {str(file)!r}: {what}.")


def _suppress(
    door: Door, path: Path, slug: str, acting: str, dry_run: bool
) -> SuppressionReport:
    report = import_suppressions(
        door.database,
        path,
        dry_run=dry_run,
        now=door.now,
        zone=door.settings.timezone,
    )
    if not dry_run:
        note = f"{report.taken} of {report.rows} rows suppressed"
        _audit(door, acting, "subscribers.suppressions", slug, note)
    return report


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
    """Write a list's readers as CSV, in the shape `import` takes."""
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
