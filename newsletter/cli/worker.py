"""``buurtpost worker``: does what is due."""

import logging
import threading
from importlib.util import find_spec

import click

from newsletter.agenda import RECURRING
from newsletter.cli.door import Door
from newsletter.errors import NewsletterError
from newsletter.jobs.context import Context
from newsletter.jobs.recurring import see_to
from newsletter.worker import loop, run_once_apart, stop_on_signals


class CeleryMissing(NewsletterError):
    def __init__(self) -> None:
        super().__init__(
            "BUURTPOST_BROKER_URL asks for Celery, which is not installed. Install "
            "`buurtpost[celery]`, or leave the broker out."
        )


def context_of(door: Door) -> Context:
    """What work is given, with the door's clock."""
    return Context(
        database=door.database,
        settings=door.settings,
        signer=door.signer,
        now=lambda: door.now,
    )


@click.command()
@click.option("--once", is_flag=True, help="End when nothing is due.")
@click.option(
    "--grace",
    default=90.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Seconds to finish what is on the wire when told to stop.",
)
@click.pass_obj
def worker(door: Door, once: bool, grace: float) -> None:
    """Send mailings and do every other kind of due work, until told to stop."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    door.require_durable()
    see_to(context_of(door), RECURRING)
    stopped = threading.Event()
    if not once and door.settings.broker_url:
        work_by_celery(context_of(door), grace)
    elif once:
        with stop_on_signals(stopped, grace):
            run_once_apart(context_of(door), grace_seconds=grace, stop=stopped.is_set)
    else:
        loop(context_of(door), grace_seconds=grace, stopped=stopped)


def work_by_celery(context: Context, grace_seconds: float) -> None:
    """The same worker, told by Celery when to look. Raises CeleryMissing."""
    if find_spec("celery") is None:
        raise CeleryMissing
    # Only here: it takes a second to import, and is an extra.
    from newsletter import celery_app

    celery_app.run(context, grace_seconds=grace_seconds)
