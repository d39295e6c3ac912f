#!/bin/sh
# Plugins that suites with language models have beside this one (that record, order tests, run them
# again, or report them), in an environment of their own, .venv-neighbours:
#
#     sh neighbours/run.sh [pytest arguments]
#
# Needs Python 3.10 or newer and a package index; the traffic stays on 127.0.0.1.
set -eu
cd "$(dirname "$0")/.."
checkout=$PWD
venv=.venv-neighbours
begun=$(date +%s)
"${PYTHON:-python3}" -m venv --clear "$venv"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --editable . \
    allure-pytest httpx inline-snapshot pytest-html pytest-randomly pytest-recording \
    pytest-rerunfailures pytest-vcr pytest-xdist syrupy
printf '\n== %s MB, installed in %s s ==\n' "$(du -sm "$venv" | cut -f 1)" "$(($(date +%s) - begun))"
# The two refuse to be loaded together; the tests load one of them at a time.
PATH=$checkout/$venv/bin:$PATH PYTHONPATH=$checkout/tests \
    "$venv/bin/python" -m pytest -p no:vcr -p no:randomly -n 2 neighbours "$@"
