#!/bin/sh
# Records the examples afresh into a temporary directory, replays them without the server, and compares
# every number. Leaves the examples as they are. What it needs stands in environment.sh, and .venv.
set -eu

cd "$(dirname "$0")/.."
. live/environment.sh

exec "$venv/bin/python" live/examples.py compare .venv/bin/pytest
