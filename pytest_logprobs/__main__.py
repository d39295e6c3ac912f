"""``python -m pytest_logprobs``."""

from __future__ import annotations

import sys

from pytest_logprobs.cli import main

if __name__ == "__main__":
    sys.exit(main())
