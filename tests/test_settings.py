"""What a user can set: DESIGN rule 14, "command line > marker > ini > default"."""

import pytest

from pytest_logprobs._settings import SETTINGS, Setting, Settings, settle

TAKES = "a whole number, 0 for all (default: 50)"
HELP = f"how many tokens the table of a failure lists: {TAKES}"
NOWHERE = {}


def settled(option=NOWHERE, ini=NOWHERE):
    """Settle what these set."""
    return settle(option.get, ini.get)


@pytest.mark.parametrize(
    ("option", "ini", "rows"),
    [
        (None, None, 50),
        (None, "7", 7),
        ("9", None, 9),
        ("9", "7", 9),
        # "tested with `is not None`": 0 is a choice, and so is saying the default
        ("0", "7", 0),
        (None, "0", 0),
        ("50", "7", 50),
        # a line of the configuration that is overruled is not looked at
        ("9", "many", 9),
        # a value that was read already, or has blanks around it
        (9, None, 9),
        (None, " 7 ", 7),
    ],
)
def test_precedence(option, ini, rows):
    """The command line goes before the configuration, and that before the default."""
    given = [{"--logprobs-rows": option}, {"logprobs_rows": ini}]
    assert settled(*given) == Settings(rows=rows)


@pytest.mark.parametrize("value", ["many", "", "-1", "1.5", "1e3"])
def test_a_wrong_option(value):
    """A wrong option is an error with the option, the value and what is accepted."""
    with pytest.raises(ValueError, match=r"^--logprobs-rows takes ") as caught:
        settled({"--logprobs-rows": value})
    assert str(caught.value) == f"--logprobs-rows takes {TAKES}; got {value!r}"


def test_a_wrong_line_of_the_configuration():
    """A wrong line of the configuration is named as such."""
    with pytest.raises(ValueError, match=r"^logprobs_rows in the configuration ") as caught:
        settled(ini={"logprobs_rows": "-1"})
    assert str(caught.value) == f"logprobs_rows in the configuration takes {TAKES}; got '-1'"


def test_names_of_the_settings():
    """Every setting is an option `--logprobs-*`, a line `logprobs_*` and a field of `Settings`."""
    assert [(each.option, each.ini, each.metavar, each.help) for each in SETTINGS] == [
        ("--logprobs-rows", "logprobs_rows", "N", HELP)
    ]
    assert [each.field for each in SETTINGS] == [*Settings.__slots__]


def test_a_setting_of_two_words():
    """The option has hyphens where the line of the configuration has underscores."""
    setting = Setting("max_age", "DAYS", "", "", int)
    assert (setting.option, setting.ini) == ("--logprobs-max-age", "logprobs_max_age")
