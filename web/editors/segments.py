"""Segments: rules over readers, put together, counted as one goes, kept with history.

Putting together is a GET: nothing changes until *Keep*, and the page works without a
script. With one, ``count`` is asked again at every change.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.staff.roles import Act
from subscribers.errors import SubscribersError
from subscribers.lists import all_lists
from subscribers.models import MailingList, Segment
from subscribers.segments import editor, mailed, options, saved
from subscribers.segments.rules import (
    BadRule,
    Rule,
    as_data,
    check_values,
    parse_rule,
    say_both,
)
from web.auth import me, staff_may
from web.editors import words
from web.editors.audited import note
from web.editors.segment_form import SegmentForm
from web.editors.segment_view import Line, counted_in_words, lines
from web.editors.words import segment_wrong
from web.language import language
from web.session import now, session, settings

pages = Blueprint("desk_segments", __name__)


@dataclass(frozen=True)
class Counted:
    """What a rule comes to."""

    rule: Rule
    say: dict[str, str]
    count: int | None  # None: there is no list to count in
    words: str


@pages.get("/desk/segments/")
@staff_may(Act.READ_DESK)
def show() -> ResponseReturnValue:
    mailing_list = _list(request.args.get("list", ""))
    segments = [
        (segment, _count(saved.rule_of(segment), mailing_list))
        for segment in saved.all_segments(session())
    ]
    return render_template(
        "editors/segments/list.html",
        segments=segments,
        lists=all_lists(session()),
        mailing_list=mailing_list,
    )


@pages.get("/desk/segments/new")
@staff_may(Act.READ_DESK)
def new() -> ResponseReturnValue:
    return _page(SegmentForm.read(request.args), None)


@pages.post("/desk/segments/new")
@staff_may(Act.SEGMENTS)
def add() -> ResponseReturnValue:
    return _keep(SegmentForm.read(request.form), None)


@pages.get("/desk/segments/<int:number>")
@staff_may(Act.READ_DESK)
def change(number: int) -> ResponseReturnValue:
    segment = saved.get_segment(session(), number)
    if "name" in request.args:
        return _page(SegmentForm.read(request.args), segment)
    rule = saved.rule_of(segment)
    form = SegmentForm.of(segment.name, segment.version, rule, _names())
    form.list_slug = request.args.get("list", "")
    return _page(form, segment)


@pages.post("/desk/segments/<int:number>")
@staff_may(Act.SEGMENTS)
def keep(number: int) -> ResponseReturnValue:
    segment = saved.get_segment(session(), number)
    return _keep(SegmentForm.read(request.form), segment)


@pages.get("/desk/segments/count")
@staff_may(Act.READ_DESK)
def count() -> ResponseReturnValue:
    """The same as the page counts, as JSON: for who changes a rule and waits.

    A rule that is half typed is no failure: there is an ``error`` instead of a count.
    """
    form = SegmentForm.read(request.args)
    counted = _counted(form)
    if counted is None:
        return jsonify(count=None, error=form.wrong["rule"])
    said = {key: words.sentence(said) for key, said in counted.say.items()}
    return jsonify(count=counted.count, say=said, words=counted.words)


@pages.get("/desk/segments/<int:number>/readers")
@staff_may(Act.READ_DESK)
def readers(number: int) -> ResponseReturnValue:
    """Page by page; without addresses, and names only for who looks after readers."""
    segment = saved.get_segment(session(), number)
    mailing_list = _list(request.args.get("list", ""))
    sort = mailed.Sort.OLDEST if request.args.get("sort") == "oldest" else None
    found = mailed.Page([], None)
    if mailing_list is not None:
        found = mailed.page(
            session(),
            mailing_list,
            saved.rule_of(segment),
            sort=sort or mailed.Sort.NEWEST,
            after=mailed.Place.read(request.args.get("after", "")),
            now=now(),
            zone=settings().timezone,
        )
    return render_template(
        "editors/segments/readers.html",
        segment=segment,
        mailing_list=mailing_list,
        sort=sort or mailed.Sort.NEWEST,
        lines=lines(session(), found.readers, named=_sees_names()),
        next=found.next,
        named=_sees_names(),
    )


def _keep(form: SegmentForm, segment: Segment | None) -> ResponseReturnValue:
    counted = _counted(form)
    if counted is None:
        return _page(form, segment), 422
    try:
        segment = _save(form, segment, counted.rule)
    except SubscribersError as error:
        session().rollback()
        form.wrong["name"] = segment_wrong(error)
        number = segment.id if segment else None
        known = saved.get_segment(session(), number) if number else None
        return _page(form, known), 422
    note(Act.SEGMENTS, f"segment {segment.id}", f"version {segment.version}")
    here = url_for(
        ".change", number=segment.id, list=form.list_slug or None, saved="yes"
    )
    return redirect(here, 303)


def _save(form: SegmentForm, segment: Segment | None, rule: Rule) -> Segment:
    data, by = as_data(rule), me().email
    if segment is None:
        return saved.add_segment(session(), name=form.name, rule=data, by=by, now=now())
    saved.rename(session(), segment, name=form.name)
    saved.replace_rule(
        session(), segment, rule=data, version=form.version, by=by, now=now()
    )
    return segment


def _page(form: SegmentForm, segment: Segment | None) -> str:
    counted = _counted(form)
    mailing_list = _list(form.list_slug)
    sample: list[Line] = []
    if counted and mailing_list:
        some = mailed.sample(
            session(), mailing_list, counted.rule, now=now(), zone=settings().timezone
        )
        sample = lines(session(), some, named=_sees_names())
    history = saved.history(session(), segment) if segment else []
    return render_template(
        "editors/segments/edit.html",
        form=form,
        segment=segment,
        counted=counted,
        sample=sample,
        named=_sees_names(),
        lists=all_lists(session()),
        mailing_list=mailing_list,
        fields={one["field"]: one for one in editor.fields(session(), language())},
        history=[(one, _said(one.rule)) for one in history],
        saved=request.args.get("saved", ""),
        may_keep=me().may(Act.SEGMENTS),
    )


def _counted(form: SegmentForm) -> Counted | None:
    """None, with the reason in the form, when the rule cannot be asked."""
    try:
        document = form.document(session(), _names())
        if document is None:
            raise BadRule(form.wrong.get("text", ""))
        rule = parse_rule(document)
        check_values(session(), rule)
    except BadRule as error:
        form.wrong["rule"] = segment_wrong(error, form)
        return None
    return _count(rule, _list(form.list_slug))


def _count(rule: Rule, mailing_list: MailingList | None) -> Counted:
    if mailing_list is None:
        return Counted(rule, say_both(session(), rule), None, "")
    found = mailed.count(
        session(), mailing_list, rule, now=now(), zone=settings().timezone
    )
    words = counted_in_words(found, mailing_list)
    return Counted(rule, say_both(session(), rule), found, words)


def _said(rule: dict[str, Any]) -> str:
    return say_both(session(), parse_rule(rule))[language()]


def _list(slug: str) -> MailingList | None:
    """The one of that name, else the first there is."""
    lists = all_lists(session())
    return next((one for one in lists if one.slug == slug), lists[0] if lists else None)


def _names() -> dict[str, str]:
    """The regions' by code, as this page shows them."""
    return dict(options.regions(session(), language()))


def _sees_names() -> bool:
    return me().may(Act.READERS)
