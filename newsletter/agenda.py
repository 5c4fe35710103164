"""What workers do besides mailings: the kind of a job and the function behind it.

To add a kind of work, write the function in the room it belongs to and list it here.
"""

from collections.abc import Mapping

from newsletter import merging, retention
from newsletter.correspondence import reminder
from newsletter.correspondence.confirmation import write_confirmation
from newsletter.correspondence.post import SEND
from newsletter.correspondence.reminder import REMINDERS, remind_today
from newsletter.dispatch.bundles import monthly as bundles
from newsletter.dispatch.corrections.latecomers import FOLLOW, follow_correction
from newsletter.dispatch.flight.recording import REFUSALS
from newsletter.dispatch.plan import begin_mailing
from newsletter.dispatch.returns.apply import apply_events
from newsletter.dispatch.returns.refused import report_refusals
from newsletter.dispatch.returns.store import APPLY
from newsletter.dispatch.service_mail import send_service_mail
from newsletter.erasure.erasure import ERASE, erase_at_provider
from newsletter.exchange import schedule as exchange
from newsletter.jobs.context import Context, JobFunction
from newsletter.jobs.recurring import Kinds
from newsletter.library import dead_links
from newsletter.merging import MERGERS, switch_tonight
from newsletter.retention import RETENTION, run_nightly
from newsletter.staff import sign_in

__all__ = ["JOBS", "RECURRING", "Context", "JobFunction"]

JOBS: Mapping[str, JobFunction] = {
    "confirmation": write_confirmation,
    SEND: send_service_mail,
    sign_in.MAIL_LINK: sign_in.mail_link,
    "begin-mailing": begin_mailing,
    APPLY: apply_events,
    bundles.BUNDLES: bundles.make_due_bundles,
    FOLLOW: follow_correction,
    REFUSALS: report_refusals,
    RETENTION: run_nightly,
    MERGERS: switch_tonight,
    REMINDERS: remind_today,
    ERASE: erase_at_provider,
    exchange.POLL: exchange.poll_due,
    dead_links.DEAD_LINKS: dead_links.begin_tonight,
    dead_links.SOME_LINKS: dead_links.look_at_some,
}

# Of these one each always waits; a worker sees to it when it starts.
RECURRING: Kinds = {
    RETENTION: retention.AT,
    MERGERS: merging.AT,
    bundles.BUNDLES: bundles.AT,
    REMINDERS: reminder.AT,
    exchange.POLL: exchange.AT,
    dead_links.DEAD_LINKS: dead_links.AT,
}
