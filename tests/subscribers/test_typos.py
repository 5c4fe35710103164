import pytest

from subscribers.typos import meant


@pytest.mark.parametrize(
    ("typed", "probably"),
    [
        ("gmial.com", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmial.co", "gmail.com"),
        ("gmail.nl", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmial.nl", "hotmail.nl"),
        ("hotmai.nl", "hotmail.nl"),
        ("ziggo.ml", "ziggo.nl"),
        ("zigo.nl", "ziggo.nl"),
        ("live.ml", "live.nl"),
        ("outlok.com", "outlook.com"),
        ("kpnmial.nl", "kpnmail.nl"),
        ("planet.ln", "planet.nl"),
    ],
)
def test_one_slip_of_the_finger_is_asked_about(typed, probably):
    assert meant(f"anna+wijk@{typed}") == f"anna+wijk@{probably}"


@pytest.mark.parametrize(
    "typed",
    [
        "gmail.com",
        "mail.com",
        "hotmail.be",
        "hotmail.de",
        "give.nl",
        "homes.nl",
        "deventer.nl",
        "example.com",
        "yahoo.co.uk",
        "nl",
        "xn--gmil-63d.com",
    ],
)
def test_what_may_well_be_right_is_left_alone(typed):
    assert meant(f"anna@{typed}") is None
