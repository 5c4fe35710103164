"""``buurtpost regions``: the tree of provinces and municipalities."""

from pathlib import Path

import click

from newsletter.cli.door import Door, say_json
from subscribers import mergers, region_files
from subscribers.regions import find, search


@click.group()
def regions() -> None:
    """Provinces and municipalities."""


@regions.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def load(door: Door, file: Path) -> None:
    """Load a newer list of municipalities: code,name,province,alias,lat,lon.

    The columns valid_from, valid_to and successor may follow. Nothing is removed. Who
    lives where has ended moves to its successor; days in the future are waited for.
    """
    today = door.now.astimezone(door.settings.timezone).date()
    with door.writing() as session:
        count = region_files.load(session, file)
        moved = mergers.switch(session, today=today)
    click.echo(f"{count} municipalities read.")
    if moved != mergers.Switched(0, 0, 0):
        click.echo(
            f"{moved.begun} began, {moved.ended} ended, "
            f"{moved.people} readers moved along."
        )


@regions.command("find")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def find_(door: Door, text: str, as_json: bool) -> None:
    """Say which region TEXT means, as the forms and imports read it."""
    with door.reading() as session:
        region = find(session, text)
        if as_json:
            say_json({"code": region.code, "name": region.name, "kind": region.kind})
            return
        click.echo(f"{region.code}\t{region.name}")


@regions.command("search")
@click.argument("text")
@click.pass_obj
def search_(door: Door, text: str) -> None:
    """Show what somebody typing TEXT may mean."""
    with door.reading() as session:
        for region in search(session, text):
            click.echo(f"{region.code}\t{region.name}")
