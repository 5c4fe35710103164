import pytest

from subscribers import lists, roles, senders, typed
from subscribers.addresses import BadAddress
from subscribers.reference import ROLES, load_reference
from tests.conftest import NOW

BUURTWIJS = {
    "slug": "buurtwijs",
    "name": "Buurtwijs",
    "sender": "Stichting Buurtwijs",
    "from_address": "Post@Buurtwijs.example",
    "postal_address": "Dorpsstraat 1, 1234 AB Dorp",
    "now": NOW,
}


def test_a_list_is_added_with_its_sender(session):
    added = lists.add_list(session, **BUURTWIJS)

    assert lists.find_list(session, "buurtwijs") is added
    assert added.from_address == "post@buurtwijs.example"
    assert added.sender.slug == "stichting-buurtwijs"


def test_a_second_list_reuses_the_sender(session):
    first = lists.add_list(session, **BUURTWIJS)
    second = lists.add_list(session, **BUURTWIJS | {"slug": "agenda"})

    assert first.sender is second.sender
    assert lists.all_lists(session) == [first, second]


def test_another_postal_address_for_the_same_sender_is_refused(session):
    lists.add_list(session, **BUURTWIJS)

    with pytest.raises(senders.SenderExists, match="Dorpsstraat 1"):
        lists.add_list(
            session, **BUURTWIJS | {"slug": "agenda", "postal_address": "Elders 2"}
        )


def test_a_partner_may_get_a_list_of_its_own(session):
    partner = senders.add_sender(session, slug="lpb", name="LPB", postal_address="")

    added = lists.add_list(session, **BUURTWIJS | {"sender": "LPB"})

    assert added.sender is partner
    assert partner.postal_address == "Dorpsstraat 1, 1234 AB Dorp"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"slug": "Buurt Wijs"}, typed.BadLine),
        ({"slug": ""}, typed.BadLine),
        ({"name": "Buurt\r\nBcc: x"}, typed.BadLine),
        ({"name": "x" * 101}, typed.BadLine),
        ({"from_address": "post"}, BadAddress),
        ({"postal_address": " "}, typed.BadLine),
        ({"sender": "\u202eevil"}, typed.BadLine),
    ],
)
def test_a_list_is_refused_for(session, change, error):
    with pytest.raises(error):
        lists.add_list(session, **BUURTWIJS | change)


def test_a_slug_is_used_once(session):
    lists.add_list(session, **BUURTWIJS)

    with pytest.raises(lists.ListExists, match="'buurtwijs'"):
        lists.add_list(session, **BUURTWIJS)


def test_an_unknown_list_names_the_known_ones(session):
    lists.add_list(session, **BUURTWIJS)

    with pytest.raises(lists.UnknownList, match="Known are: buurtwijs"):
        lists.find_list(session, "nieuws")


def test_the_usual_roles_are_there_and_loading_twice_adds_none(session):
    load_reference(session)

    assert [role.name for role in roles.all_roles(session)] == list(ROLES)


def test_roles_go_into_one_number_and_back(session):
    mask = roles.mask_for(session, ["BEWONER", "sociaal-werker", "Sociaal werker"])

    assert roles.names_of(session, mask) == ["Sociaal werker", "Bewoner"]
    assert roles.slugs_of(session, mask) == ["sociaal-werker", "bewoner"]


def test_an_unknown_role_names_the_known_ones(session):
    with pytest.raises(roles.UnknownRole, match="wijkambtenaar, opbouwwerker"):
        roles.mask_for(session, ["burgemeester"])


def test_a_role_is_added_once(session):
    assert roles.add_role(session, name="Wethouder").bit == len(ROLES)

    with pytest.raises(roles.RoleExists):
        roles.add_role(session, name="wethouder")


def test_there_are_as_many_roles_as_a_number_has_bits(session):
    for number in range(len(ROLES), roles.LAST_BIT + 1):
        roles.add_role(session, name=f"Rol {number}")

    with pytest.raises(roles.TooManyRoles, match="62 roles"):
        roles.add_role(session, name="Een te veel")


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\u2028b", "a\ud800b", "", "  "])
def test_a_line_is_one_line_of_text(text):
    with pytest.raises(typed.BadLine):
        typed.line(text, what="name", most=20)


def test_a_line_is_tidied():
    assert typed.line(" Anna \u00a0 de  Wit\n", what="name", most=20) == "Anna de Wit"


def test_a_nul_is_no_list_either(session):
    """PostgreSQL would refuse the question, and the form would answer 500."""
    with pytest.raises(lists.UnknownList):
        lists.find_list(session, "buurt\0wijs")
