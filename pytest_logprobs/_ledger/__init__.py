"""The ledger: what was measured, as plain values that can be compared, sent and written."""

from __future__ import annotations

from pytest_logprobs._ledger._baseline_case import BaselineCase
from pytest_logprobs._ledger._case import Case, Key, Outcome, Row, Sample, rounded
from pytest_logprobs._ledger._json import (
    case_json,
    case_of,
    policy_json,
    policy_of,
    scope_json,
    scope_of,
)
from pytest_logprobs._ledger._ledger import Ledger
from pytest_logprobs._ledger._policy import Policy, is_group_name
from pytest_logprobs._ledger._reading import FormError
from pytest_logprobs._ledger._sampling import SAMPLING, fingerprint, prompt_of, sampling_of
from pytest_logprobs._ledger._scope import Scope

__all__ = [
    "SAMPLING",
    "BaselineCase",
    "Case",
    "FormError",
    "Key",
    "Ledger",
    "Outcome",
    "Policy",
    "Row",
    "Sample",
    "Scope",
    "case_json",
    "case_of",
    "fingerprint",
    "is_group_name",
    "policy_json",
    "policy_of",
    "prompt_of",
    "rounded",
    "sampling_of",
    "scope_json",
    "scope_of",
]
__tracebackhide__ = True  # a failed test shows its own lines
