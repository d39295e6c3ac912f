#!/bin/sh
# What SDKs and frameworks keep of an answer, and what is read from that, in environments of their own,
# .venv-interop-*:
#
#     sh interop/run.sh [pytest arguments]
#
# Needs Python 3.10 or newer and a package index; the traffic stays on 127.0.0.1. Two environments, for some
# want openai 3 and some do not take it.
set -eu
cd "$(dirname "$0")/.."
checkout=$PWD
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT

# try MAJOR "MODULE ...": what the modules ask, in an environment with the requirements of a major version.
try() {
    venv=.venv-interop-openai-$1
    begun=$(date +%s)
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --editable . \
        --requirement "interop/requirements-openai-$1.txt"
    printf '\n== openai %s: %s MB, installed in %s s ==\n' \
        "$1" "$(du -sm "$venv" | cut -f 1)" "$(($(date +%s) - begun))"
    # The warnings of others are not ours to mend. Every test records anew; nothing of that is kept.
    # shellcheck disable=SC2086 # arguments of pytest, a word each
    PYTEST_LOGPROBS_INTEROP=$2 PYTHONPATH=$checkout/interop:$checkout/tests \
        "$venv/bin/python" -m pytest interop -o filterwarnings= \
        --logprobs-record=rewrite -o "logprobs_cassette_dir=$kept" $arguments
}

arguments=$*
try 2 'asking_openai_2'
try 3 'asking_sdks asking_frameworks'
