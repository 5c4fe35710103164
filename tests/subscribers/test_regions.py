import time

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select

from subscribers import region_files, regions
from subscribers.models import Region, RegionKind
from subscribers.regions import (
    AmbiguousRegion,
    Gazetteer,
    NamedRegion,
    UnknownRegion,
    _rank,
)

BERGEN = NamedRegion("GM0893", "Bergen (L.)", RegionKind.MUNICIPALITY)


def test_the_shipped_tree_is_complete(session):
    counts = dict(
        session.execute(select(Region.kind, func.count()).group_by(Region.kind)).all()
    )

    assert counts == {
        RegionKind.COUNTRY: 1,
        RegionKind.OUTSIDE: 1,
        RegionKind.PROVINCE: 12,
        RegionKind.MUNICIPALITY: 342,
    }
    assert session.get(Region, "GM0080").path == "/NL/PV21/GM0080/"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("GM0363", "GM0363"),
        ("gm0363", "GM0363"),
        ("Amsterdam", "GM0363"),
        ("  amsterdam ", "GM0363"),
        ("gemeente Amsterdam", "GM0363"),
        ("Den Haag", "GM0518"),
        ("'s-Gravenhage", "GM0518"),
        ("’s Gravenhage", "GM0518"),
        ("den bosch", "GM0796"),
        ("sudwest fryslan", "GM1900"),
        ("Súdwest-Fryslân", "GM1900"),
        ("Bergen (L.)", "GM0893"),
        ("Bergen (NH.)", "GM0373"),
        ("Bergen NH", "GM0373"),
        ("Groningen", "GM0014"),
        ("provincie Groningen", "PV20"),
        ("Provincie GRONINGEN", "PV20"),
        ("Groningen (provincie)", "PV20"),
        ("Utrecht", "GM0344"),
        ("provincie Utrecht", "PV26"),
        ("Friesland", "PV21"),
        ("provincie friesland", "PV21"),
        ("Nederland", "NL"),
        ("NL", "NL"),
        ("xx", "XX"),
        ("buitenland", "XX"),
        ("Buiten Nederland", "XX"),
        ("outside the Netherlands", "XX"),
    ],
)
def test_a_region_is_found_by(session, text, code):
    assert regions.find(session, text).code == code


@pytest.mark.parametrize("text", ["", " ", "Atlantis", "GM9999", "provincie Atlantis"])
def test_an_unknown_region_is_named(session, text):
    with pytest.raises(UnknownRegion, match="There is no region"):
        regions.find(session, text)


def test_plain_bergen_is_refused_naming_both(session):
    with pytest.raises(AmbiguousRegion) as refused:
        regions.find(session, "Bergen")

    assert "GM0373" in str(refused.value)
    assert "GM0893" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("den ha", "'s-Gravenhage"),
        ("grave", "'s-Gravenhage"),
        ("sudw", "Súdwest-Fryslân"),
        ("zwol", "Zwolle"),
        ("zeela", "Zeeland"),
    ],
)
def test_typing_finds(session, text, first):
    assert regions.search(session, text)[0].name == first


def test_a_search_is_limited_and_empty_for_nothing(session):
    assert len(regions.search(session, "a", limit=5)) == 5
    assert regions.search(session, " '") == []


@given(some.text(max_size=30))
def test_any_text_finds_a_region_or_none(text):
    with pytest.raises(UnknownRegion):
        Gazetteer({}, {}, {}).find(text)
    assert _rank(BERGEN, text) in {None, 0, 1, 2}


def test_an_endless_text_is_refused_at_once(session):
    """A form takes any text: this one would be looked at for minutes."""
    began = time.monotonic()

    with pytest.raises(UnknownRegion):
        regions.find(session, "a" + " " * 100_000 + "b")

    assert time.monotonic() - began < 5


def test_loading_again_changes_names_and_keeps_the_rest(session, tmp_path):
    newer = tmp_path / "gemeenten-2027.csv"
    newer.write_text(
        "code,name,province,alias,lat,lon,valid_to,successor\n"
        "GM0402,Hilversum,PV27,,52.2,5.1,,\n"
        "GM1696,Wijdemeren,PV27,,,,2027-01-01,GM0402\n"
    )

    assert region_files.load(session, newer) == 2

    ends = session.get(Region, "GM1696")
    assert ends.successor_code == "GM0402"
    assert regions.find(session, "Wijdemeren").code == ends.code
    assert session.scalar(select(func.count()).select_from(Region)) == 356


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name,province\nZwolle,PV23\n", "lacks the column code"),
        ("code,name,province\nZW01,Zwolle,PV23\n", "line 2: 'ZW01' is not a CBS code"),
        ("code,name,province\nGM0193,Zwolle,PV99\n", "no province 'PV99'"),
        ("code,name,province,lat\nGM0193,Zwolle,PV23,x\n", "Line 2, GM0193"),
        ("code,name,province\n", "holds no municipality"),
        (
            "code,name,province,successor\nGM0193,Zwolle,PV23,GM0193\n",
            "Zwolle is followed up by itself",
        ),
        (
            "code,name,province,successor\nGM0193,Zwolle,PV23,GM9999\n",
            "followed up by 'GM9999', which is not in the file",
        ),
        ("code,name,province,valid_to\nGM0193,Zwolle,PV23,1 mei\n", "Line 2, GM0193"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(session, tmp_path, content, says):
    bad = tmp_path / "bad.csv"
    bad.write_text(content)

    with pytest.raises(region_files.BadRegionFile, match=says):
        region_files.load(session, bad)
