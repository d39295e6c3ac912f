"""What the SDKs and frameworks find in the environment: nobody's key, and nothing to fetch."""

import pytest

PLACEHOLDERS = ("OPENAI_API_KEY", "GOOGLE_API_KEY")
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LANGSMITH_TRACING": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "INSPECT_LOG_LEVEL": "warning",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Set placeholders and switch off what is fetched or sent besides the question."""
    monkeypatch.setenv("DSPY_CACHEDIR", str(tmp_path))
    for name in PLACEHOLDERS:
        monkeypatch.setenv(name, "placeholder")
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
