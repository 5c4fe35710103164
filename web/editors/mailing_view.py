"""A mailing while it runs, in words: how far it is, why it stands, what one can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from newsletter.dispatch.progress import Progress
from newsletter.dispatch.receipt import STATES
from newsletter.dispatch.states import MailingState
from newsletter.language import translations
from newsletter.reasons import Reason, Value
from web.editors.receipt_view import Line
from web.editors.words import delivery_state, lasting, mailing_state, number, when
from web.language import gettext as _
from web.language import language, ngettext
from web.session import now

SOON = timedelta(minutes=1)  # before that, no clock is named


@dataclass(frozen=True)
class Said:
    """A reason in the language of the page; each may be empty."""

    what: str = ""
    do: str = ""
    again: str = ""  # when it goes on by itself


def say_reason(reason: Reason | None) -> Said:
    if reason is None:
        return Said()
    return Said(reason.what(_say), reason.do(_say), _again(reason))


def in_words(progress: Progress) -> dict[str, str]:
    """For the page and for what keeps it fresh: "" is what is not shown."""
    speed = ""
    if progress.a_second is not None and progress.seconds_left is not None:
        speed = _("%(n)s a second, %(left)s to go") % {
            "n": number(round(progress.a_second) or 1),
            "left": lasting(progress.seconds_left),
        }
    stands = say_reason(progress.stands)
    goes_on = progress.state is MailingState.SENDING and stands.what and not stands.do
    return {
        "state": mailing_state(progress.state),
        "counts": _("%(done)s of %(all)s")
        % {"done": number(progress.done), "all": number(progress.prepared)},
        "speed": speed,
        "stands": stands.what,
        "stands_do": stands.do or (_("You need do nothing.") if goes_on else ""),
        "stands_again": stands.again,
        "in_doubt": _counted(
            ngettext(
                "Of %(num)s reader we do not know whether the mail arrived.",
                "Of %(num)s readers we do not know whether the mail arrived.",
                progress.in_doubt,
            ),
            progress.in_doubt,
        ),
        "refused": _counted(
            ngettext(
                "The mail for %(num)s reader was refused.",
                "The mails for %(num)s readers were refused.",
                progress.refused,
            ),
            progress.refused,
        ),
    }


def counts_of(progress: Progress) -> tuple[Line, ...]:
    """Every state somebody is in; together all the mails that were made."""
    return tuple(
        Line(delivery_state(word), progress.counts[state])
        for state, word in STATES.items()
        if progress.counts.get(state)
    )


def _counted(words: str, count: int) -> str:
    return words % {"num": number(count)} if count else ""


def _again(reason: Reason) -> str:
    if reason.until is None:
        return ""
    if reason.until <= now() + SOON:
        return _("We go on within a minute.")
    return _("We go on by ourselves: %(when)s.") % {"when": when(reason.until)}


def _say(saying: str, values: Mapping[str, Value]) -> str:
    words = translations(language(), "reasons").gettext(saying)
    return words % {
        name: number(value) if isinstance(value, int) else value
        for name, value in values.items()
    }
