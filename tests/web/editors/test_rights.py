"""Who may do what at the desk is the one table in staff.roles."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from database.session import Database
from newsletter.dispatch.models import Mailing
from newsletter.staff.models import StaffRole
from newsletter.staff.roles import MAY, Act
from tests.web.editors.conftest import EDITOR, Desk
from web.auth import PREFIX
from web.entrance import entrance_of

Enter = Callable[[str, StaffRole], Desk]
SEES = ("/desk/", "/desk/stories/", "/desk/issues/42", "/desk/issues/42/send")
SENDING = ("start", "pause", "resume", "cancel", "retry", "settle/again")


@pytest.mark.parametrize("role", sorted(MAY[Act.READ_DESK]))
def test_these_roles_see_the_desk(
    sign_in_as: Enter, village: None, role: StaffRole
) -> None:
    desk = sign_in_as(EDITOR, role)

    assert {desk.get(path).status_code for path in SEES} == {200}


@pytest.mark.parametrize("act", SENDING)
def test_whoever_may_not_send_does_not(
    sign_in_as: Enter,
    database: Database,
    village: None,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    editor = sign_in_as(EDITOR, StaffRole.EDITOR)
    only_chiefs = {**MAY, Act.SEND: frozenset({StaffRole.CHIEF})}
    monkeypatch.setattr("newsletter.staff.roles.MAY", only_chiefs)

    assert "Verstuur aan" not in editor.get("/desk/issues/42/send").text
    answer = editor.post(f"/desk/issues/42/{act}", version="1")

    assert answer.status_code == 403
    with database.read() as session:
        assert session.scalar(select(Mailing)) is None


def test_every_page_of_the_desk_names_an_act_of_the_table(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/desk") and "sign-in" not in rule.rule:
            who = entrance_of(app.view_functions[rule.endpoint])
            assert who is not None
            assert Act(who.removeprefix(PREFIX)) in MAY, rule
