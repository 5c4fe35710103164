"""Why somebody leaves, in words to choose from."""

from newsletter.dispatch.states import WhyLeft
from web.language import gettext as _


def reasons() -> dict[WhyLeft, str]:
    """Each as its reader would say it, in the order shown."""
    return {
        WhyLeft.TOO_OFTEN: _("I get too much mail"),
        WhyLeft.NOT_FOR_ME: _("The pieces are not for me"),
        WhyLeft.NOT_MY_REGION: _("Too little from my region"),
        WhyLeft.OTHER_WORK: _("I have other work now, or I moved"),
        WhyLeft.ELSEWHERE: _("I read it in another way"),
        WhyLeft.NEVER_ASKED: _("I never signed up"),
    }
