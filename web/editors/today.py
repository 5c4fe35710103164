"""The front of the desk: what waits, what goes out, what to do next."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from newsletter.staff.roles import Act
from web.auth import staff_may
from web.editors.today_view import today
from web.session import now, session

pages = Blueprint("desk_today", __name__)


@pages.get("/desk/")
@staff_may(Act.READ_DESK)
def show() -> ResponseReturnValue:
    return render_template("editors/today.html", today=today(session(), now=now()))
