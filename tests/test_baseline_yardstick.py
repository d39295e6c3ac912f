"""What a run is compared with: the baseline, one at a revision, another run; and their tokens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ledgers import case, ledger, sample
from repository import Repository

from pytest_logprobs import BaselineReadError, parse
from pytest_logprobs._baseline import Yardstick, write_run
from pytest_logprobs._baseline._file import baseline_text, stored
from pytest_logprobs._cases import Measured, cases_of
from pytest_logprobs._ledger import Row, Sample
from pytest_logprobs.cassettes._file import cassette_text

FILE = "logprobs-baseline.json"
CASSETTE = "tests/cassettes/test_it/test_capital.json"


def answer(*pairs):
    """Give the body of an answer: texts with their log-probabilities, and one alternative each."""
    tokens = [
        {"token": text, "logprob": value, "top_logprobs": [{"token": "?", "logprob": value - 1}]}
        for text, value in pairs
    ]
    message = {"content": "".join(text for text, _ in pairs)}
    return {"model": "m", "choices": [{"message": message, "logprobs": {"content": tokens}}]}


def recorded(*answers, prompt="Capital?"):
    """Give the text of a cassette in which a prompt was answered, each time it was asked."""
    request = {"method": "POST", "url": "https://api.example/v1/chat/completions"}
    return cassette_text(
        True,
        [
            {
                "request": {**request, "json": {"model": "m", "messages": prompt}},
                "response": {"status": 200, "json": each},
            }
            for each in answers
        ],
    )


PARIS = answer(("Par", -0.1), ("is", -0.2))
LYON = answer(("Ly", -0.3), ("on", -0.4))
BARE = (Row("Ly", -0.3), Row("on", -0.4))
PARIS_ROWS = (Row("Par", -0.1, (("?", -1.1),)), Row("is", -0.2, (("?", -1.2),)))


def measured(*answers, **more):
    """Give the case that a test measured with some answers, as its baseline has it."""
    seen = [Measured(None, parse(each)) for each in answers]
    (found,) = cases_of("tests/test_it.py::test_capital", seen, cassette=CASSETTE)
    return stored(replace(found, **more))


def scores_and_count(body):
    """Give the scores of an answer as they are when it is measured, and its length."""
    (found,) = cases_of("t", [Measured(None, parse(body))])
    return found.samples[0].scores, found.samples[0].count


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Give a repository whose main has a baseline and a cassette, and whose branch has others."""
    monkeypatch.delenv("GIT_DIR", raising=False)
    repository = Repository(tmp_path / "repository")
    files = {FILE.removesuffix(".json"): baseline_text(ledger(measured(PARIS)))}
    files[CASSETTE.replace("/", "__").removesuffix(".json")] = recorded(LYON, PARIS)
    repository.commit(**files)
    repository.git("checkout", "--quiet", "-b", "feature")
    files = {FILE.removesuffix(".json"): baseline_text(ledger(measured(LYON)))}
    files[CASSETTE.replace("/", "__").removesuffix(".json")] = recorded(LYON)
    repository.commit(**files)
    return repository


def test_the_baseline(repository):
    """It is that of the working tree; of its answers nothing is at hand."""
    yardstick = Yardstick(repository.path, FILE)
    (only,) = yardstick.ledger.cases.values()
    assert yardstick.shown == FILE
    assert only == measured(LYON)
    assert yardstick.tokens_of(only) == ()


def test_no_baseline_yet(tmp_path):
    """There is none to compare with, which whoever judges has to say."""
    assert Yardstick(tmp_path, FILE).ledger is None


def test_the_baseline_at_a_revision(repository):
    """It is that of the revision, as are the tokens, with alternatives as they are recorded."""
    yardstick = Yardstick(repository.path, FILE, "git:main")
    (only,) = yardstick.ledger.cases.values()
    assert yardstick.shown == f"git:main:{FILE}"
    assert only == measured(PARIS)
    assert yardstick.tokens_of(only) == PARIS_ROWS


def test_the_root_may_be_below_the_top_of_the_repository(tmp_path):
    """Paths are those of the project."""
    repository = Repository(tmp_path / "repository")
    cassette = f"project/{CASSETTE}".replace("/", "__").removesuffix(".json")
    name = FILE.removesuffix(".json")
    text = baseline_text(ledger(measured(PARIS)))
    repository.commit(**{f"project__{name}": text, cassette: recorded(PARIS), name: "{"})
    yardstick = Yardstick(repository.path / "project", FILE, "git:main")
    (only,) = yardstick.ledger.cases.values()
    assert yardstick.tokens_of(only) == PARIS_ROWS


@pytest.mark.parametrize(
    "case",
    [
        measured(PARIS, cassette="tests/cassettes/none.json"),
        measured(PARIS, cassette=None),
        measured(PARIS, cassette=FILE),
        measured(answer(("Par", -0.1), ("is", -0.3))),
        measured(answer(("Paris", -0.15))),
        measured(PARIS, PARIS),
        replace(measured(PARIS), samples=(Sample({}, 2),)),
    ],
    ids=["none", "unknown", "no-cassette", "scores", "count", "repeats", "no-scores"],
)
def test_tokens_that_are_not_at_hand(repository, case):
    """No other answer is taken for that of a case."""
    assert Yardstick(repository.path, FILE, "git:main").tokens_of(case) == ()


@pytest.mark.parametrize("text", ["", "{", recorded(PARIS).replace('"Par"', "7")])
def test_a_cassette_that_cannot_be_read(repository, text):
    """The verdict does not hang on it."""
    repository.commit(**{CASSETTE.replace("/", "__").removesuffix(".json"): text})
    assert Yardstick(repository.path, FILE, "git:HEAD").tokens_of(measured(PARIS)) == ()


def test_the_tokens_of_repeats(repository):
    """They are those of the first, where the averages are those of the answers to one request."""
    name = CASSETTE.replace("/", "__").removesuffix(".json")
    repository.commit(**{name: recorded(PARIS, LYON)})
    yardstick = Yardstick(repository.path, FILE, "git:HEAD")
    assert yardstick.tokens_of(measured(PARIS, LYON)) == PARIS_ROWS
    assert yardstick.tokens_of(measured(PARIS, LYON, PARIS)) == ()


def test_the_tokens_of_what_was_measured_just_now(repository):
    """They are those of the working tree, with alternatives, where its cassette has that answer."""
    yardstick = Yardstick(repository.path, FILE, "git:main")
    now = replace(measured(LYON), samples=(Sample(*scores_and_count(LYON), "Lyon", BARE),))
    assert [row.text for row in yardstick.tokens_now(now)] == ["Ly", "on"]
    assert [row.alternatives[0][0] for row in yardstick.tokens_now(now)] == ["?", "?"]
    other = replace(now, cassette="tests/cassettes/none.json")
    assert yardstick.tokens_now(other) == BARE
    assert yardstick.tokens_now(measured(PARIS)) == ()


def test_another_run(tmp_path):
    """A run file has all that a run measured, its tokens too; a baseline may stand for it."""
    run = ledger(case(), case("t.py::test", samples=(Sample({}, 0), sample())))
    write_run(tmp_path / "run.json", run)
    yardstick = Yardstick(tmp_path, FILE, "run.json")
    assert (yardstick.shown, yardstick.against) == ("run.json", "run.json")
    assert yardstick.ledger.cases == run.cases
    for each in yardstick.ledger.cases.values():
        assert yardstick.tokens_of(each) == each.samples[0].tokens
    (tmp_path / "other.json").write_text(baseline_text(run))
    assert Yardstick(tmp_path, FILE, str(tmp_path / "other.json")).ledger.cases.keys() == {
        *run.cases
    }


def refused(*arguments):
    """Return why there is nothing to compare with."""
    with pytest.raises(BaselineReadError) as caught:
        _ = Yardstick(*arguments).ledger
    return str(caught.value)


def test_what_was_asked_for_and_is_not_there(repository):
    """That is an error, whatever it was."""
    path = repository.path
    assert refused(path, "none.json", "git:main") == (
        "git:main:none.json: there is no such file at that revision; write one there with "
        "--logprobs-baseline=update, commit it, or give a revision that has one"
    )
    assert refused(path, FILE, "git:nowhere") == (
        "git:nowhere: this revision is not known here; give one that git rev-parse knows"
    )
    assert refused(path, FILE, "run.json") == (
        f"{path / 'run.json'}: cannot be opened: No such file or directory; make it a file that "
        "you may read"
    )


@pytest.mark.parametrize("name", ["main", "v1.0", "feature/x"])
def test_a_revision_that_is_given_as_a_file(tmp_path, name):
    """What is no file, and is not called like one, is likely to be known to git."""
    assert refused(tmp_path, FILE, name) == (
        f"{name}: there is no such file; did you mean git:{name}?"
    )


def test_what_is_broken(repository):
    """The line is told, and where the file is."""
    repository.commit(**{FILE.removesuffix(".json"): "{\n<<<<<<< HEAD\n"})
    mend = (
        "keep one line for each case, either side's, and run the tests with "
        "--logprobs-baseline=update"
    )
    problem = f":2: an unresolved merge conflict (<<<<<<<); {mend}"
    assert refused(repository.path, FILE, "git:HEAD") == f"git:HEAD:{FILE}{problem}"
    assert refused(repository.path, FILE, FILE).startswith(f"{FILE}:2: an unresolved merge con")
    assert refused(repository.path, FILE) == f"{repository.path / FILE}{problem}"


def test_a_committed_cassette_is_read_once(repository, monkeypatch):
    """Git is asked once for a file, however many cases are of it."""
    yardstick = Yardstick(repository.path, FILE, "git:main")
    assert yardstick.tokens_of(measured(PARIS)) == PARIS_ROWS
    monkeypatch.setenv("PATH", "")
    assert yardstick.tokens_of(measured(LYON)) == tuple(
        Row(text, value, (("?", pytest.approx(value - 1)),))
        for text, value in (("Ly", -0.3), ("on", -0.4))
    )
