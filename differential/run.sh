#!/bin/sh
# Compares our scores with those of uqlm and lm-polygraph, and the gate's statistics with those of SciPy and
# statsmodels, in an environment of its own, .venv-differential:
#
#     sh differential/run.sh [--whole-packages] [pytest arguments]
#
# Needs Python 3.10 or newer and a package index. By default the first two are installed without what they
# depend on (see conftest.py). With --whole-packages, as the first argument, everything is installed,
# PyTorch too: worth its time when requirements.txt moves to another version.
set -eu
cd "$(dirname "$0")/.."

venv=.venv-differential
"${PYTHON:-python3}" -m venv --clear "$venv"
install() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check "$@"
}

install --upgrade 'pip>=25.1'
if [ "${1-}" = --whole-packages ]; then
    install --editable . hypothesis scipy statsmodels -r differential/requirements.txt -c differential/constraints.txt torch
else
    install --editable . hypothesis numpy scipy statsmodels
    install --no-deps -r differential/requirements.txt
fi

"$venv/bin/python" -m pytest differential "$@"
