"""Plain Dutch: what counts as a sentence, as hard, as jargon, as done by nobody."""

import pytest

from newsletter.preflight.dutch import (
    is_passive,
    readability,
    sentences_in,
    syllables_in,
)
from newsletter.preflight.jargon import (
    UnknownJargon,
    add_word,
    all_words,
    jargon_in,
    remove_word,
)
from newsletter.preflight.models import JargonWord
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Een. Twee! Drie?", ["Een.", "Twee!", "Drie?"]),
        ("Kop\n\nEn dan de tekst.", ["Kop", "En dan de tekst."]),
        ("- soep\n- brood", ["- soep", "- brood"]),
        ("Een regel die\ndoorloopt.", ["Een regel die doorloopt."]),
        ("Vraag dhr. De Vries, bijv. morgen.", ["Vraag dhr. De Vries, bijv. morgen."]),
        ("Hij zei: ‘Nee.’ Zij niet.", ["Hij zei: ‘Nee.", "Zij niet."]),
        ("* * *", []),
    ],
)
def test_a_text_falls_into_sentences(text, sentences):
    assert [*sentences_in(text)] == sentences


@pytest.mark.parametrize(
    ("sentence", "passive"),
    [
        ("Er wordt soep gekookt.", True),
        ("De tafel werd elke week gedekt.", True),
        ("We zagen dat het plan gemaakt werd.", True),
        ("De plannen worden besproken.", False),
        ("Wij koken soep.", False),
        ("Het wordt een mooi gebied.", False),
        ("De gemeenten worden groter.", False),
        ("Hij wordt bewoner.", False),
    ],
)
def test_it_is_seen_when_nobody_does_it(sentence, passive):
    assert is_passive(sentence) is passive


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("soep", 1), ("tafel", 2), ("wijkambtenaar", 4), ("verantwoordelijkheid", 6)],
)
def test_syllables_are_counted_as_the_hyphenation_breaks(word, syllables):
    assert syllables_in(word) == syllables


def test_a_plain_text_scores_higher_than_a_hard_one_and_a_short_one_not_at_all():
    plain = "Elke donderdag eten we soep. Wie wil, schuift aan. " * 12
    hard = "Interdisciplinaire beleidsontwikkeling vereist afstemming. " * 25

    assert readability("Soep.") is None
    assert readability(plain) > 70 > 30 > readability(hard)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dat FACILITEREN wij.", ["FACILITEREN"]),
        ("Alle stakeholders doen mee.", ["stakeholders"]),
        ("In het kader\nvan de dag", ["In het kader van"]),
        ("stakeholdersoverleg", []),
        ("helpen", []),
    ],
)
def test_jargon_is_found_whole_with_its_endings(text, found):
    known = [
        JargonWord(word=word, instead="gewoon", added_at=NOW)
        for word in ("faciliteren", "stakeholder", "in het kader van")
    ]

    assert [word for word, _ in jargon_in(text, known)] == found


def test_the_list_is_the_editors_own(session):
    before = len(all_words(session))
    add_word(session, word=" Ketenpartner ", instead="organisatie", now=NOW)
    add_word(session, word="ketenpartner", instead="wie we erbij vragen", now=NOW)

    assert len(all_words(session)) == before + 1
    assert session.get(JargonWord, "ketenpartner").instead == "wie we erbij vragen"
    remove_word(session, "Ketenpartner")
    assert len(all_words(session)) == before
    with pytest.raises(UnknownJargon, match="'ketenpartner' is not on the list"):
        remove_word(session, "ketenpartner")


def test_a_new_installation_knows_some(session):
    assert "stakeholder" in {one.word for one in all_words(session)}
