"""What an import did, for a person and for a script."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from subscribers.imports.columns import Columns
from subscribers.imports.errors import Refusal
from subscribers.imports.formats import FIELDS
from subscribers.imports.intake import ImportReport
from subscribers.imports.suppressions import SuppressionReport
from subscribers.typed import shown


def print_json(
    report: ImportReport, suppressed: Sequence[SuppressionReport] = ()
) -> None:
    """The report as one document, a refused row at a time: there may be a million."""
    counts = {
        "rows": report.rows,
        "taken": report.taken,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "quarantined": report.quarantined,
    }
    if suppressed:
        counts["suppressed"] = sum(one.taken for one in suppressed)
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


def print_report(report: ImportReport, *, dry_run: bool) -> None:
    if report.columns is not None:
        click.echo(f"Read as {report.columns.format}, {report.encoding}:")
        _print_columns(report.columns)
    _print_refused(report.refused)
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


def print_suppressed(path: Path, report: SuppressionReport, *, dry_run: bool) -> None:
    _print_refused(report.refused)
    would = "would be " if dry_run else ""
    click.echo(
        f"{path.name}: {report.rows:,} rows: {report.taken:,} {would}never mailed, "
        f"{len(report.refused):,} refused."
    )


def _print_refused(refusals: Iterable[Refusal]) -> None:
    for refusal in refusals:
        where = f"line {refusal.line}"
        if refusal.column:
            where += f", {refusal.column} {shown(refusal.value)}"
        click.echo(f"Refused: {where}: {refusal.reason}")


def _print_columns(columns: Columns) -> None:
    for field in FIELDS:
        if field in columns.places:
            click.echo(f"  {field} from {shown(columns.name_of(field))}")
    if columns.unused:
        named = ", ".join(shown(name) for name in columns.unused[:12])
        more = len(columns.unused) - 12
        click.echo(f"  not used: {named}{f' and {more} more' if more > 0 else ''}")
