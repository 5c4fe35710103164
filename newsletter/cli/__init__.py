"""The command line: equal to the screen, by the same functions.

To add a group of commands, write one file here and list it in GROUPS.
"""

import click

from newsletter.cli import (
    checks,
    consent,
    database,
    demo,
    issues,
    library,
    lists,
    mailings,
    partners,
    readers_files,
    regions,
    retention,
    roles,
    segments,
    serve,
    staff,
    subscribers,
    worker,
)
from newsletter.cli.door import Commands, Door

GROUPS: tuple[click.Command, ...] = (
    database.db,
    lists.lists,
    roles.roles,
    regions.regions,
    subscribers.subscribers,
    segments.segments,
    consent.consent,
    retention.retention,
    partners.partners,
    library.library,
    issues.issues,
    mailings.mailings,
    staff.staff,
    worker.worker,
    serve.serve,
    demo.demo,
)


@click.group(cls=Commands)
@click.version_option(package_name="buurtpost")
@click.pass_context
def main(context: click.Context) -> None:
    """Buurtpost: newsletters for learning communities."""
    context.obj = context.obj or Door()


for _group in GROUPS:
    main.add_command(_group)

for _command in readers_files.COMMANDS:
    subscribers.subscribers.add_command(_command)

issues.issues.add_command(checks.check)
