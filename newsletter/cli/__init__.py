"""The command line: equal to the screen, by the same functions.

To add a group of commands, write one file here and list it in COMMANDS.
"""

import click

from newsletter.cli.door import Commands, Door
from newsletter.cli.lazy import Elsewhere

COMMANDS = {
    "bounces": Elsewhere(
        "bounces:bounces", "What mail servers send back: bounces and complaints."
    ),
    "consent": Elsewhere("consent:consent", "The ledger of who said yes to what."),
    "db": Elsewhere("database:db", "The database."),
    "demo": Elsewhere(
        "demo:demo",
        "Make the demo anew in its own home and mail its issue to the outbox.",
    ),
    "events": Elsewhere("events:events", "What providers reported about mails."),
    "feeds": Elsewhere(
        "feeds:feeds",
        "What partners share with us: their feeds and the pieces that came in.",
    ),
    "issues": Elsewhere("issues:issues", "Issues: numbered compositions of blocks."),
    "jargon": Elsewhere(
        "jargon:jargon", "Words the editors avoid; preflight looks for them."
    ),
    "library": Elsewhere(
        "library:library", "Stories, and the knowledge they are linked to."
    ),
    "lists": Elsewhere("lists:lists", "Mailing lists."),
    "mailings": Elsewhere(
        "mailings:mailings", "Send an issue, and see what became of it."
    ),
    "partners": Elsewhere(
        "partners:partners", "Organisations we share stories and editions with."
    ),
    "regions": Elsewhere("regions:regions", "Provinces and municipalities."),
    "retention": Elsewhere("retention:retention", "What is cleaned away by rule."),
    "roles": Elsewhere("roles:roles", "Roles a reader can choose."),
    "segments": Elsewhere("segments:segments", "Rules over readers."),
    "serve": Elsewhere(
        "serve:serve",
        "Serve the pages, and do the due work beside them, until told to stop.",
    ),
    "staff": Elsewhere("staff:staff", "The people who make the newsletter."),
    "subscribers": Elsewhere("subscribers:subscribers", "The people we know."),
    "worker": Elsewhere(
        "worker:worker",
        "Send mailings and do every other kind of due work, until told to stop.",
    ),
}


@click.group(cls=Commands, elsewhere=COMMANDS)
@click.version_option(package_name="buurtpost")
@click.pass_context
def main(context: click.Context) -> None:
    """Buurtpost: newsletters for learning communities."""
    context.obj = context.obj or Door()
