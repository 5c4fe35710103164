"""Generated issues, every version of each, through every linter."""

from newsletter.settings import read_settings
from tests.mail_quality.generated import Neighbourhood
from tests.mail_quality.letters import unlike_a_letter
from tests.mail_quality.linting import linted
from tests.newsletter.rendering.samples import BASE


def test_generated_issues_are_as_good_as_written_ones(
    sqlite_database, tmp_path, numbers, seed, reader
):
    settings = read_settings(
        {"BUURTPOST_HOME": str(tmp_path / "home"), "BUURTPOST_BASE_URL": BASE}
    )
    settings.make_home()
    with sqlite_database.write.begin() as session:
        drawn = Neighbourhood(session, settings, seed=seed)
        mails = [mail for number in numbers for mail in drawn.mails(number)]
    folder = tmp_path / "mails"
    folder.mkdir()

    faults = [
        *linted(mails, folder),
        *(fault for mail in mails for fault in reader.faults(mail)),
        *(fault for mail in mails for fault in unlike_a_letter(mail)),
    ]

    assert len(mails) > len(numbers)
    assert not faults, f"seed {seed}:\n" + "\n".join(faults)
