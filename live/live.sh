#!/bin/sh
# Records afresh into a temporary directory: the bodies of the tests, which must be read as the kept ones are,
# and the examples, which are replayed without the server and compared in every number. Leaves what is kept
# as it is. What it needs stands in environment.sh, and .venv.
set -eu

cd "$(dirname "$0")/.."
. live/environment.sh

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$venv/bin/python" live/record.py "$fresh"
.venv/bin/python live/read_anew.py "$fresh/tests/recordings" tests/recordings

"$venv/bin/python" live/examples.py compare .venv/bin/pytest
