"""Cassettes: the HTTP traffic of a test, recorded once and replayed without a network."""

from __future__ import annotations

from pytest_logprobs.cassettes._naming import cassette_file

__all__ = ["cassette_file"]
