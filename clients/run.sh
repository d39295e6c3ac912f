#!/bin/sh
# Replays, and misses, through the clients that people use, in environments of their own, .venv-clients-*:
#
#     sh clients/run.sh [pytest arguments]
#
# Needs Python 3.10 or newer and a package index; the traffic stays on 127.0.0.1. An upper bound stands
# only where the point is the major version; the others are as new as they can be beside it. litellm wants
# tenacity where it is told to retry, and does not bring it.
set -eu
cd "$(dirname "$0")/.."
checkout=$PWD

# try NAME "CLIENT ..." REQUIREMENT ...: the clients of asking.py, in an environment with the requirements.
try() {
    venv=.venv-clients-$1
    clients=$2
    shift 2
    begun=$(date +%s)
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --editable . "$@"
    printf '\n== %s: %s MB, installed in %s s ==\n' "$*" "$(du -sm "$venv" | cut -f 1)" "$(($(date +%s) - begun))"
    # shellcheck disable=SC2086 # arguments of pytest, a word each
    PYTEST_LOGPROBS_CLIENTS=$clients PYTHONPATH=$checkout/clients:$checkout/tests \
        "$venv/bin/python" -m pytest clients $arguments
}

arguments=$*
try openai-1 'openai openai-async langchain langchain-async' 'openai<2' langchain-openai
try openai-2 'openai openai-async litellm litellm-async' 'openai>=2,<3' litellm tenacity
try openai-3 'openai openai-async langchain langchain-async' 'openai>=3,<4' langchain-openai
