"""How the desk says things: numbers, moments, states and what went wrong.

What the domain refuses it says in English, for commands and logs. The refusals an
editor meets every day are said here in the language of the page; the rest as they are.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from newsletter.dispatch.corrections.errors import (
    AlreadyCorrected,
    BadText,
    CorrectedMeanwhile,
    NobodyHadIt,
    NothingToCorrect,
)
from newsletter.dispatch.corrections.errors import UnknownItem as UnknownCorrectionItem
from newsletter.dispatch.corrections.send import MOST_TEXT
from newsletter.dispatch.errors import (
    AlreadyStarted,
    BadMoment,
    NotNowPossible,
    TestNotTaken,
)
from newsletter.elsewhere.dead import DeadLink
from newsletter.exchange.errors import BadFeed, FeedExists, NothingChanged, UnknownFeed
from newsletter.fetching import FetchError, NotAllowed
from newsletter.issues.errors import (
    ChangedMeanwhile,
    IssueFrozen,
    NothingToUndo,
    TooManyVariants,
    UnknownBlock,
    UnknownIssue,
    UnknownVersion,
)
from newsletter.library.errors import BadFile, BadPage, OwnAddress, UnknownItem
from newsletter.library.models import ItemKind, LibraryItem, Relation
from newsletter.media import MOST_BYTES, BadPicture
from newsletter.partners.terms import BadTerms
from newsletter.rendering import errors as rendering
from newsletter.staff.models import StaffRole
from newsletter.workflow.errors import (
    Blocked,
    NotApproved,
    NotAsSeen,
    NothingToWithdraw,
    UnknownLink,
)
from subscribers.addresses import BadAddress
from subscribers.promises import NotToBeMailed
from subscribers.segments.rules import TooDeep
from subscribers.segments.saved import (
    NAME_MOST,
    SegmentChangedMeanwhile,
    SegmentExists,
)
from subscribers.typed import BadLine
from web.editors.segment_form import SegmentForm
from web.language import gettext as _
from web.language import language, long_date
from web.session import now, settings


def number(value: int) -> str:
    """2.350 in Dutch, 2,350 in English."""
    return format_decimal(value, locale=language())


def minutes(item: LibraryItem) -> int:
    """How long a piece reads."""
    return item.minutes


def when(moment: datetime) -> str:
    """A moment as people say it: vandaag 10.53, donderdag 10.53, 3 mei 2026 10.53."""
    zone = settings().timezone
    local = moment.astimezone(zone)
    days = (local.date() - now().astimezone(zone).date()).days
    clock = format_time(
        local, "HH.mm" if language() == "nl" else "HH:mm", locale=language()
    )
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if days in near:
        return f"{near[days]} {clock}"
    if abs(days) < 7:
        return f"{format_date(local, 'EEEE', locale=language())} {clock}"
    return f"{format_date(local, 'd MMMM y', locale=language())} {clock}"


def exactly(moment: datetime) -> str:
    """The whole moment, for what one relies on: donderdag 15 januari 2027 10.53."""
    clock = "HH.mm" if language() == "nl" else "HH:mm"
    return format_datetime(
        moment.astimezone(settings().timezone),
        f"EEEE d MMMM y {clock}",
        tzinfo=settings().timezone,
        locale=language(),
    )


def lasting(seconds: float) -> str:
    """How long still, without false precision: nog een paar seconden, 4 minuten."""
    left = timedelta(seconds=seconds)
    if left < timedelta(seconds=10):
        return _("a few seconds")
    if left < timedelta(seconds=90):
        return _("%(n)s seconds") % {"n": round(seconds / 10) * 10}
    if left < timedelta(minutes=90):
        return _("%(n)s minutes") % {"n": round(seconds / 60)}
    return _("%(n)s hours") % {"n": round(seconds / 3600)}


def item_kind(kind: str) -> str:
    return {
        ItemKind.STORY: _("story"),
        ItemKind.RESEARCH: _("research"),
        ItemKind.METHOD: _("method"),
        ItemKind.THEORY: _("theory"),
        ItemKind.HISTORY: _("history"),
        ItemKind.COLUMN: _("column"),
        ItemKind.EVENT: _("event"),
    }[ItemKind(kind)]


def relation(value: str) -> str:
    return {
        Relation.ILLUSTRATES: _("the story illustrates this"),
        Relation.SUPPORTS: _("the story supports this"),
        Relation.ELABORATES: _("the story elaborates on this"),
        Relation.NUANCES: _("the story nuances or contradicts this"),
        Relation.USES_METHOD: _("the story uses this method"),
    }[Relation(value)]


def dead(link: DeadLink) -> str:
    """Behind its address: since when it is dead, and how."""
    since = {"day": long_date(link.since)}
    if link.is_gone:
        return _("says since %(day)s that there is no such page") % since
    return _("gives no answer since %(day)s") % since


def role(value: str) -> str:
    return {
        StaffRole.EDITOR: _("editor"),
        StaffRole.CHIEF: _("chief editor"),
        StaffRole.BOARD: _("local board"),
        StaffRole.PARTNER: _("partner"),
        StaffRole.OPERATOR: _("operator"),
    }[StaffRole(value)]


def mailing_state(state: str) -> str:
    """The states of a mailing, and ``planned`` and ``draft`` before there is one."""
    return {
        "draft": _("draft"),
        "planned": _("not sent yet"),
        "scheduled": _("scheduled"),
        "sending": _("being sent"),
        "paused": _("paused"),
        "held": _("held"),
        "sent": _("sent"),
        "cancelled": _("cancelled"),
    }[state]


def exclusion(reason: str) -> str:
    return {
        "suppressed": _("never mail again (left everything, bounced or complained)"),
        "ended": _("unsubscribed"),
        "quarantined": _("imported without proof of consent"),
        "pending": _("did not confirm yet"),
        "no_consent": _("no consent on record"),
        "resting": _("takes a rest"),
        "bundled": _("gets the monthly bundle"),
        "nothing_for_you": _("nothing in it for them"),
    }[reason]


def why_left(reason: str) -> str:
    return {
        "too-often": _("too much mail"),
        "not-for-me": _("the pieces are not for them"),
        "not-my-region": _("too little from their region"),
        "other-work": _("other work, or moved"),
        "elsewhere": _("read it in another way"),
        "never-asked": _("say they never signed up"),
    }[reason]


def delivery_state(state: str) -> str:
    """In the receipt's own words."""
    return {
        "waiting": _("waiting"),
        "sending": _("on its way"),
        "accepted": _handed_over(),
        "delivered": _("delivered"),
        "bounced": _("bounced"),
        "complained": _("reported as spam"),
        "refused": _("refused"),
        "cancelled": _("cancelled in time"),
        "in_doubt": _("in doubt: we do not know whether it arrived"),
    }[state]


def _handed_over() -> str:
    if settings().provider == "outbox":
        return _("written to a file")
    return _("handed over")


def _blocked(error: Exception) -> str:
    assert isinstance(error, Blocked)
    sentences = " ".join(one.message for one in error.findings.blocking)
    return _("This issue cannot go out yet: %(why)s") % {"why": sentences}


def _not_approved(error: Exception) -> str:
    assert isinstance(error, NotApproved)
    words = _(
        "%(needed)s other people must approve this issue; %(there)s did. %(void)s"
    ) % {
        "needed": number(error.needed),
        "there": ", ".join(error.counted) or _("nobody yet"),
        "void": " ".join(error.void),
    }
    return words.strip()


def not_done() -> str:
    return _("That did not happen")


def explain(error: Exception) -> str:
    """What went wrong and what to do, as an editor reads it."""
    for kind, say in _SAID.items():
        if isinstance(error, kind):
            return say(error)
    return str(error)


_SAID: Mapping[type[Exception], Callable[[Exception], str]] = {
    ChangedMeanwhile: lambda _error: _(
        "This issue was changed at the same moment, so this is not saved. Look once "
        "more."
    ),
    IssueFrozen: lambda _error: _(
        "This issue is being sent or was sent, so it stays as it is. Make a new one."
    ),
    UnknownBlock: lambda _error: _(
        "This block is not there any more. Somebody else may have taken it out."
    ),
    NothingToUndo: lambda _error: _("There is nothing to take back."),
    UnknownVersion: lambda _error: _("This version is not kept any more."),
    UnknownIssue: lambda _error: _("There is no such issue."),
    UnknownItem: lambda _error: _("This piece is not in the library."),
    BadFeed: lambda _error: _("A web address begins with https://."),
    FeedExists: lambda _error: _("This feed is asked already."),
    UnknownFeed: lambda _error: _("There is no such feed."),
    NothingChanged: lambda _error: _(
        "Somebody decided on this piece already. There is nothing left to choose."
    ),
    BadTerms: lambda _error: _("These terms are not understood. Nothing was changed."),
    NotNowPossible: lambda _error: _(
        "That is not possible any more: look how far the mailing is now."
    ),
    Blocked: _blocked,
    NotApproved: _not_approved,
    NotAsSeen: lambda _error: _(
        "This issue was changed since you opened this page. Look once more."
    ),
    NothingToWithdraw: lambda _error: _("There is no approval of yours to take back."),
    UnknownLink: lambda _error: _("This link was taken back already."),
    BadText: lambda _error: (
        _("Say what was wrong and how it is, in at most %(most)s signs.")
        % {"most": number(MOST_TEXT)}
    ),
    UnknownCorrectionItem: lambda _error: _("Choose what was not right."),
    NobodyHadIt: lambda _error: _("This stood in no version that was sent."),
    NothingToCorrect: lambda _error: _(
        "This issue was not sent yet. Change the issue itself."
    ),
    AlreadyCorrected: lambda _error: _(
        "This correction was sent already. Nobody gets it twice."
    ),
    CorrectedMeanwhile: lambda _error: _(
        "Somebody else sent a correction just now. Look at it first."
    ),
    AlreadyStarted: lambda _error: _(
        "This issue was started already. Nobody is mailed twice."
    ),
    BadMoment: lambda _error: _(
        "This moment is past or does not exist. Choose a later one."
    ),
    TestNotTaken: lambda error: (
        _("The test mail was not taken: %(why)s") % {"why": error}
    ),
    TooManyVariants: lambda error: (
        _("There are too many versions: %(why)s") % {"why": error}
    ),
    OwnAddress: lambda _error: _(
        "That is our own address. What stands there is here already."
    ),
    BadPage: lambda _error: _(
        "There is no page at this address that we can read. Look whether it opens in "
        "your browser, or paste the text."
    ),
    NotAllowed: lambda _error: _(
        "We do not fetch from this address. A page begins with https:// and stands on "
        "the open internet."
    ),
    FetchError: lambda _error: _(
        "This page could not be fetched: it does not answer, or is far too large. Try "
        "again later, or paste the text."
    ),
    BadFile: lambda _error: _(
        "We cannot read this file. Save it as .docx, .txt, .md or .html and try again."
    ),
    rendering.TooLong: lambda _error: _(
        "This text is too long for one piece. Split it."
    ),
    rendering.TooDeep: lambda _error: _(
        "This text has too much inside each other. Paste it as plain text."
    ),
    BadAddress: lambda _error: _("This is not an e-mail address we can mail."),
    NotToBeMailed: lambda _error: _(
        "To this address nothing may be mailed: its owner said no, or never said yes "
        "here. Choose another."
    ),
    BadPicture: lambda _error: (
        _(
            "We cannot use this picture. Choose a PNG, JPEG, GIF or WebP under "
            "%(most)s MB. Your text is kept."
        )
        % {"most": MOST_BYTES // 1_000_000}
    ),
}


def sentence(words: str) -> str:
    """With a capital; names keep theirs."""
    return words[:1].upper() + words[1:]


def segment_wrong(error: Exception, form: SegmentForm | None = None) -> str:
    """Why a segment cannot be counted or kept, as an editor reads it."""
    if form is not None and "text" in form.wrong:
        return _("This is not JSON. Check the brackets and the quotes.")
    if form is not None and any(row.wrong for row in form.rows):
        names = ", ".join(row.value for row in form.rows if row.wrong)
        return _(
            "We do not know the region %(name)s. Write a municipality, or "
            "'provincie Drenthe'."
        ) % {"name": names}
    if isinstance(error, TooDeep):
        return _("This rule is nested too deeply. Make it simpler.")
    if isinstance(error, SegmentExists):
        return _("There is a segment of that name already. Choose another name.")
    if isinstance(error, SegmentChangedMeanwhile):
        return _(
            "Somebody else changed this segment just now. Yours is kept here: look at "
            "theirs below before you keep yours."
        )
    if isinstance(error, BadLine):
        return _("Give it a name of one line, at most %(most)s signs.") % {
            "most": number(NAME_MOST)
        }
    return str(error)
