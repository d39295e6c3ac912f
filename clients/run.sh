#!/bin/sh
# Recordings, replays and misses through the clients that people use, in environments of their own,
# .venv-clients-*:
#
#     sh clients/run.sh [pytest arguments]
#
# Needs Python 3.10 or newer and a package index; the traffic stays on 127.0.0.1. An upper bound stands
# only where the point is the major version; the others are as new as they can be beside it. litellm wants
# tenacity where it is told to retry, and does not bring it.
set -eu
cd "$(dirname "$0")/.."
checkout=$PWD

# try NAME "CLIENT ..." "TEST ..." REQUIREMENT ...: the clients of asking.py in some files of tests, in an
# environment with the requirements.
try() {
    venv=.venv-clients-$1
    clients=$2
    tests=$3
    shift 3
    begun=$(date +%s)
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --editable . "$@"
    printf '\n== %s: %s MB, installed in %s s ==\n' "$*" "$(du -sm "$venv" | cut -f 1)" "$(($(date +%s) - begun))"
    # shellcheck disable=SC2086 # arguments of pytest, a word each
    PYTEST_LOGPROBS_CLIENTS=$clients PYTHONPATH=$checkout/clients:$checkout/tests \
        "$venv/bin/python" -m pytest $tests $arguments
}

arguments=$*
miss=clients/test_miss.py
try openai-1 'openai openai-async langchain langchain-async' $miss 'openai<2' langchain-openai
try openai-2 'openai openai-async litellm litellm-async' $miss 'openai>=2,<3' litellm tenacity
try openai-3 'openai openai-async langchain langchain-async' $miss 'openai>=3,<4' langchain-openai
# with HTTP stacks of their own, and with sockets of their own; loopback.py asks for nothing else
try others '' 'clients/test_doors.py clients/test_others.py' \
    boto3 curl_cffi grpcio httplib2 pycurl tornado urllib3 uvloop websockets
