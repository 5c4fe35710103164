"""The words the editors avoid, and what they say instead."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.preflight.jargon import (
    INSTEAD_MOST,
    WORD_MOST,
    add_word,
    all_words,
    remove_word,
)
from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from web.auth import staff_may
from web.editors import words
from web.editors.audited import note
from web.session import now, session

pages = Blueprint("desk_jargon", __name__)


@pages.get("/desk/jargon")
@staff_may(Act.READ_DESK)
def show() -> str:
    return _page()


@pages.post("/desk/jargon")
@staff_may(Act.EDIT_LIBRARY)
def add() -> ResponseReturnValue:
    word, instead = request.form.get("word", ""), request.form.get("instead", "")
    try:
        known = add_word(session(), word=word, instead=instead, now=now())
    except SubscribersError as error:
        return _page(wrong=words.explain(error), word=word, instead=instead), 422
    note(Act.EDIT_LIBRARY, "jargon", f"{known.word}: {known.instead}")
    return redirect(url_for(".show", _anchor="list"), 303)


@pages.post("/desk/jargon/remove")
@staff_may(Act.EDIT_LIBRARY)
def remove() -> ResponseReturnValue:
    word = request.form.get("word", "")
    remove_word(session(), word)
    note(Act.EDIT_LIBRARY, "jargon", f"removed {word}")
    return redirect(url_for(".show", _anchor="list"), 303)


def _page(*, wrong: str = "", word: str = "", instead: str = "") -> str:
    return render_template(
        "editors/jargon.html",
        known=all_words(session()),
        wrong=wrong,
        word=word,
        instead=instead,
        word_most=WORD_MOST,
        instead_most=INSTEAD_MOST,
    )
