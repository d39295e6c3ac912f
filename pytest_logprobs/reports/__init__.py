"""Reports: what a comparison found, as text. They print, and decide nothing."""

from __future__ import annotations

from pytest_logprobs.reports.terminal import explain, headline, render

__all__ = ["explain", "headline", "render"]
__tracebackhide__ = True  # a failed test shows its own lines
