"""Which recording answers which request, and what of a run is kept: CONTRACT §4.

"The n-th identical request gets the n-th recording." "What is kept: all that a passed test
recorded, error answers included, except an answer that a retry of the same request replaced."
"""

from __future__ import annotations

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_logprobs._settings import REPEATS
from pytest_logprobs.cassettes._matching import key_of
from pytest_logprobs.cassettes._merging import replaced, rewritten
from pytest_logprobs.cassettes._tape import Tape, answered

ORIGIN = {"at": "2026-11-23T08:00:00Z", "plugin": "0.1.0"}


def request(prompt):
    """Return a stored request; equal prompts make identical requests."""
    return {"method": "POST", "url": "http://127.0.0.1/v1", "text": prompt}


def response(text, status=200):
    """Return a stored response."""
    return {"status": status, "text": text}


def recording(prompt, text, status=200):
    """Return an interaction as a file holds it."""
    return {"request": request(prompt), "response": response(text, status), "recorded": ORIGIN}


def numbered(prompts):
    """Return a recording for each prompt; the second of ``a`` is answered ``a2``."""
    seen = Counter()
    found = []
    for prompt in prompts:
        seen[prompt] += 1
        found.append(recording(prompt, f"{prompt}{seen[prompt]}"))
    return found


def played(tape, prompts):
    """Ask for each prompt and return the texts of the answers, ``None`` where there is none."""
    asked = [tape.ask(request(prompt)) for prompt in prompts]
    return [each.answer and each.answer["response"]["text"] for each in asked]


def keyed(interactions):
    """Return the interactions with the keys of their requests."""
    return [(key_of(each["request"]), each) for each in interactions]


def texts(interactions):
    """Return the texts of the responses."""
    return [each["response"]["text"] for each in interactions]


PROMPTS = st.lists(st.sampled_from("abc"), max_size=12)


@pytest.mark.parametrize(
    ("repeats", "loaded", "asked", "expected"),
    [
        ("error", "aab", "aabba", ["a1", "a2", "b1", None, None]),
        ("error", "aab", "baa", ["b1", "a1", "a2"]),
        ("error", "", "a", [None]),
        ("last", "aab", "aaaabb", ["a1", "a2", "a2", "a2", "b1", "b1"]),
        ("last", "a", "bab", [None, "a1", None]),
        ("cycle", "aab", "aaaaabb", ["a1", "a2", "a1", "a2", "a1", "b1", "b1"]),
        ("cycle", "a", "b", [None]),
    ],
)
def test_what_answers_a_request_that_is_made_again(repeats, loaded, asked, expected):
    """The n-th identical request gets the n-th recording; ``repeats`` says what follows."""
    assert played(Tape(numbered(loaded), repeats=repeats), asked) == expected


@given(PROMPTS, PROMPTS, st.sampled_from(REPEATS))
def test_the_nth_identical_request_gets_the_nth_recording(loaded, prompts, repeats):
    """Whatever the order of different requests, each kind counts for itself."""
    recorded, made = Counter(loaded), Counter()
    expected = []
    for prompt in prompts:
        made[prompt] += 1
        number, last = made[prompt], recorded[prompt]
        if number > last > 0 and repeats != "error":
            number = last if repeats == "last" else (number - 1) % last + 1
        expected.append(f"{prompt}{number}" if number <= last else None)
    tape = Tape(numbered(loaded), repeats=repeats)
    assert played(tape, prompts) == expected
    assert tape.play_count == len(prompts) - expected.count(None)
    assert tape.new == ()


@given(PROMPTS)
def test_what_was_recorded_replays(prompts):
    """A tape that loads what another recorded answers the same requests the same way."""
    first = Tape()
    for number, prompt in enumerate(prompts):
        first.record(first.ask(request(prompt)), response(f"answer {number}"), ORIGIN)
    assert played(Tape(first.new), prompts) == texts(first.new)
    assert texts(first.new) == [f"answer {number}" for number in range(len(prompts))]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.randoms())
def test_recordings_stand_in_the_order_of_requests(prompts, random):
    """Answers may come in any order: what is kept has that in which they were asked for."""
    tape = Tape()
    asked = [tape.ask(request(prompt)) for prompt in prompts]
    for each in random.sample(asked, len(asked)):
        tape.record(each, response(f"to request {each.order}"), ORIGIN)
    assert texts(tape.new) == [f"to request {each.order}" for each in asked]


@pytest.mark.parametrize(
    ("statuses", "kept"),
    [
        ([200], [200]),
        ([429, 200], [200]),
        ([500, 429, 200], [200]),
        ([429, 500], [429, 500]),
        ([400], [400]),
        ([200, 400], [200, 400]),
        ([200, 429, 200], [200, 200]),
        ([429, 200, 500], [200, 500]),
        ([301], [301]),
    ],
)
def test_an_error_that_a_retry_replaced_is_not_kept(statuses, kept):
    """An error is kept unless a later answer to the same request is none."""
    tape = Tape()
    for status in statuses:
        tape.record(tape.ask(request("a")), response("", status), ORIGIN)
        tape.record(tape.ask(request(f"another, {status}")), response("", 503), ORIGIN)
    mine = [each for each in tape.new if each["request"] == request("a")]
    assert [each["response"]["status"] for each in mine] == kept
    assert len(tape.new) - len(mine) == len(statuses)  # which nothing replaced


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([200, 429])), max_size=10))
def test_what_a_replay_gets_is_what_the_client_made_of_it(exchanges):
    """Of each request no error stands before an answer, and no answer is lost."""
    tape = Tape()
    for prompt, status in exchanges:
        tape.record(tape.ask(request(prompt)), response(prompt, status), ORIGIN)
    expected = []
    for at, (prompt, status) in enumerate(exchanges):
        if status == 200 or (prompt, 200) not in exchanges[at:]:
            expected.append((prompt, status))
    assert [(e["response"]["text"], e["response"]["status"]) for e in tape.new] == expected


@pytest.mark.parametrize(
    ("loaded", "asked", "expected"),
    [
        ("ab", "ab", ["a new", "b new"]),
        ("ab", "b", ["a1", "b new"]),
        ("aab", "a", ["a new", "a2", "b1"]),
        ("b", "aba", ["b new", "a new", "a new"]),
        ("", "ab", ["a new", "b new"]),
        ("ab", "", ["a1", "b1"]),
    ],
)
def test_all_replaces_what_it_recorded_anew(loaded, asked, expected):
    """``all`` answers nothing; the n-th new recording takes the place of the n-th old one."""
    tape = Tape(numbered(loaded), playing=())
    for prompt in asked:
        found = tape.ask(request(prompt))
        assert found.answer is None
        tape.record(found, response(f"{prompt} new"), ORIGIN)
    assert texts(replaced(keyed(tape.loaded), tape.used)) == expected


@pytest.mark.parametrize(
    ("loaded", "asked", "expected"),
    [
        ("abc", "cab", ["a new", "b new", "c new"]),
        ("abc", "db", ["d new", "b new"]),
        ("abc", "cda", ["a new", "d new", "c new"]),
        ("aa", "a", ["a new"]),
        ("", "ba", ["b new", "a new"]),
    ],
)
def test_rewrite_keeps_the_order_of_the_file(loaded, asked, expected):
    """Requests that are made together come in any order, and a file is compared with its last."""
    tape = Tape(numbered(loaded), playing=())
    for prompt in asked:
        tape.record(tape.ask(request(prompt)), response(f"{prompt} new"), ORIGIN)
    assert texts(rewritten(keyed(tape.loaded), tape.used)) == expected


@pytest.mark.parametrize("repeats", REPEATS)
def test_what_was_offered_is_kept_once_where_it_answered(repeats):
    """Answers of an earlier run are new where they were used, and only there."""
    offered = numbered("aab")
    tape = Tape(numbered("c"), offered, repeats=repeats)
    found = played(tape, "caaa")
    last = {"error": None, "last": "a2", "cycle": "a1"}[repeats]
    assert (found, texts(tape.new)) == (["c1", "a1", "a2", last], ["a1", "a2"])


def test_errors_are_asked_for_again():
    """What goes on recording does not replay an error of the day before."""
    kept = [recording("a", "1", 200), recording("b", "2", 302)]
    errors = [recording("a", "3", 400), recording("a", "4", 529)]
    assert answered([errors[0], kept[0], errors[1], kept[1]]) == tuple(kept)


def test_what_is_ignored_does_not_tell_requests_apart():
    """Two requests that differ in an ignored path alone are identical."""
    loaded = [{**recording("", "1"), "request": {**request(""), "json": '{"n": 1, "user": "a"}'}}]
    asked = {**request(""), "json": '{"user": "b", "n": 1.0}'}
    assert Tape(loaded).ask(asked).answer is None
    assert Tape(loaded, ignore=["user"]).ask(asked).answer == loaded[0]


def test_which_recordings_are_alike_and_which_were_played():
    """A miss tells a request that was answered before from one that never was."""
    tape = Tape(numbered("aba"))
    asked = tape.ask(request("a"))
    assert tape.alike(asked) == (0, 2)
    assert [tape.is_played(at) for at in range(3)] == [True, False, False]


def test_no_answer_is_handed_out_twice():
    """Eight threads that ask at once get each recording exactly once."""
    prompts = ["same"] * 400 + [f"prompt {number}" for number in range(400)]
    tape = Tape(numbered(prompts))
    barrier = Barrier(8)

    def ask(mine):
        barrier.wait()
        return played(tape, mine)

    with ThreadPoolExecutor(8) as pool:
        found = [
            text for part in pool.map(ask, [prompts[at::8] for at in range(8)]) for text in part
        ]
    assert Counter(found) == Counter(texts(numbered(prompts)))
    assert played(tape, prompts) == [None] * len(prompts)


def test_threads_record_what_they_were_answered():
    """Eight threads that record at once lose nothing and mix nothing up."""
    tape = Tape()
    barrier = Barrier(8)

    def ask(thread):
        barrier.wait()
        for number in range(100):
            prompt = "same" if number % 2 else f"{thread}, {number}"
            tape.record(tape.ask(request(prompt)), response(f"to {prompt}"), ORIGIN)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert len(tape.new) == 800
    assert all(e["response"]["text"] == f"to {e['request']['text']}" for e in tape.new)
    places = defaultdict(list)
    for each in tape.new:
        thread, _, number = each["request"]["text"].partition(", ")
        places[thread].append(number)
    assert all(numbers == sorted(numbers, key=int) for t, numbers in places.items() if t != "same")
