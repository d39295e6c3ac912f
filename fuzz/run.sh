#!/bin/sh
# Fuzzes the readers of responses, on one core, in an environment of its own, .venv-fuzz:
#
#     sh fuzz/run.sh [--minutes N]
#
# Needs Python 3.10 or newer and a package index. Atheris has wheels for CPython on Linux; where there is
# none, this says so and hypothesis has all the time. Real payloads are mutated too where the environment
# variable PYTEST_LOGPROBS_PAYLOADS names their folder.
set -eu
cd "$(dirname "$0")/.."

venv=.venv-fuzz
"${PYTHON:-python3}" -m venv --clear "$venv"
install() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check "$@"
}

install --upgrade 'pip>=25.1'
install --editable . hypothesis
if ! install --only-binary :all: atheris; then
    printf '\n==== NO ATHERIS: there is no wheel of it for %s here; hypothesis runs alone ====\n\n' \
        "$("$venv/bin/python" -VV)" >&2
fi

exec "$venv/bin/python" fuzz/fuzz.py "$@"
