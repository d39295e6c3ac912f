#!/bin/sh
# Records anew what a real model answers: bodies for the tests, and the cassettes of the examples, which
# are recorded by their own tests with the pytest of .venv. What it needs stands in environment.sh.
set -eu

cd "$(dirname "$0")/.."
. live/environment.sh

"$venv/bin/python" live/record.py
exec "$venv/bin/python" live/examples.py keep .venv/bin/pytest
