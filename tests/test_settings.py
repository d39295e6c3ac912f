"""What a user can set: DESIGN rule 14, "command line > marker > ini > default"."""

import pytest

from pytest_logprobs._settings import SETTINGS, Setting, Settings, settle

TAKES = "a whole number, 0 for all (default: 50)"
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
    commanded = frozenset() if option is None else frozenset({"rows"})
    assert settled(*given) == Settings(rows=rows, commanded=commanded)


@pytest.mark.parametrize(
    ("option", "marker", "ini", "record"),
    [
        (None, None, None, "none"),
        (None, None, "once", "once"),
        (None, "all", "once", "all"),
        (None, "none", "once", "none"),
        ("none", "all", "once", "none"),
        ("rewrite", "all", "once", "rewrite"),
    ],
)
def test_a_marker_stands_between_the_command_line_and_the_configuration(
    option, marker, ini, record
):
    """DESIGN rule 14: "command line > marker (narrow over broad) > ini > default"."""
    settings = settled({"--logprobs-record": option}, {"logprobs_record": ini})
    assert settings.settled("record", marker) == record


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


@pytest.mark.parametrize("value", ["", "None", "new-episodes", "ALL"])
def test_a_wrong_record_mode(value):
    """The error names every mode there is."""
    with pytest.raises(ValueError, match=r"^--logprobs-record takes ") as caught:
        settled({"--logprobs-record": value})
    assert str(caught.value) == (
        "--logprobs-record takes none, once, new_episodes, all, rewrite or off (default: none); "
        f"got {value!r}"
    )


def test_an_empty_directory_is_wrong():
    """Cassettes beside their tests would overwrite what is there."""
    with pytest.raises(ValueError, match=r"^logprobs_cassette_dir ") as caught:
        settled(ini={"logprobs_cassette_dir": " "})
    assert str(caught.value) == (
        "logprobs_cassette_dir in the configuration takes a directory, beside the test file if it "
        "is relative (default: cassettes); got ' '"
    )


HOSTS = ["api.example", "192.0.2.1", "::1", "[2001:db8::1]"]


@pytest.mark.parametrize("value", ["api.example:443", "[::1]:80", "https://a.example", "*.example"])
def test_hosts_without_ports(value):
    """What would silently allow nothing is wrong."""
    with pytest.raises(ValueError, match=r"^logprobs_allowed_hosts ") as caught:
        settled(ini={"logprobs_allowed_hosts": [*HOSTS, value]})
    assert str(caught.value) == (
        "logprobs_allowed_hosts in the configuration takes host names or addresses without ports, "
        f"one a line; got {value!r}"
    )
    assert settled(ini={"logprobs_allowed_hosts": HOSTS}).allowed_hosts == (*HOSTS,)


def test_lists():
    """A list that is empty is not the same as one that is not set."""
    lists = settled(ini={"logprobs_ignore": ["user", "metadata.id"], "logprobs_allowed_hosts": []})
    assert (lists.ignore, lists.allowed_hosts) == (("user", "metadata.id"), ())
    assert lists.placeholder_keys is None
    assert settled(ini={"logprobs_placeholder_keys": []}).placeholder_keys == ()


def test_names_of_the_settings():
    """Every setting is a line `logprobs_*` and a field of `Settings`, most are an option."""
    options = [each.option for each in SETTINGS if each.metavar]
    assert options == [
        "--logprobs-rows",
        "--logprobs-record",
        "--logprobs-unused",
        "--logprobs-baseline",
        "--logprobs-against",
        "--logprobs-inconclusive",
        "--logprobs-new",
        "--logprobs-repeat",
        "--logprobs-report",
    ]
    assert [(each.ini, each.kind) for each in SETTINGS] == [
        ("logprobs_rows", "int"),
        ("logprobs_record", "string"),
        ("logprobs_cassette_dir", "string"),
        ("logprobs_ignore", "linelist"),
        ("logprobs_placeholder_keys", "linelist"),
        ("logprobs_allowed_hosts", "linelist"),
        ("logprobs_keep_headers", "linelist"),
        ("logprobs_secret_parameters", "linelist"),
        ("logprobs_allow_secrets", "linelist"),
        ("logprobs_unused", "string"),
        ("logprobs_max_age", "string"),
        ("logprobs_vcr_marker", "bool"),
        ("logprobs_baseline", "string"),
        ("logprobs_baseline_file", "string"),
        ("logprobs_against", "string"),
        ("logprobs_inconclusive", "string"),
        ("logprobs_new", "string"),
        ("logprobs_repeat", "int"),
        ("logprobs_report", "linelist"),
    ]
    assert [*(each.field for each in SETTINGS), "commanded"] == [*Settings.__slots__]
    assert SETTINGS[0].help == f"how many tokens the table of a failure lists: {TAKES}"


def test_a_setting_of_two_words():
    """The option has hyphens where the line of the configuration has underscores."""
    setting = Setting("max_age", "", "", int)
    assert (setting.option, setting.ini) == ("--logprobs-max-age", "logprobs_max_age")
