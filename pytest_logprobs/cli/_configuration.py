"""What the project configured for pytest, for commands that run no test."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_logprobs._settings import Settings, settle

if TYPE_CHECKING:
    import pytest

__all__ = ["Configuration", "configuration"]

# The command line that a project gives pytest may be for plugins that are not loaded here, and so
# may be what a strict one refuses. Neither says anything about cassettes.
_ARGUMENTS: Final = (
    "--noconftest",
    "--disable-plugin-autoload",
    "--capture=no",
    "-plogprobs",
    *(f"-o{name}=" for name in ("addopts", "filterwarnings", "required_plugins")),
    "-ostrict=false",
    "-ostrict_config=false",
)

_VARIABLES: Final = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # for the same reason


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of a project, its directory, and that of pytest's cache."""

    settings: Settings
    root: Path
    cache: Path


class _Reader:
    """A plugin that ends a run of pytest as soon as the configuration is known."""

    config: pytest.Config | None = None

    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        self.config = config
        return 0


def configuration() -> Configuration | None:
    """Read the configuration that pytest would have in this directory, with pytest's own code.

    ``None`` if it cannot be read, which pytest has said on standard error then. Raises
    ``ValueError`` for a setting with a wrong value.
    """
    import pytest

    reader = _Reader()
    for name in _VARIABLES:
        os.environ.pop(name, None)
    pytest.main([*_ARGUMENTS], plugins=[reader])
    config = reader.config
    if config is None:
        return None
    settings = settle(lambda _: None, config.getini)
    cache = Path(os.path.expandvars(config.getini("cache_dir"))).expanduser()
    return Configuration(settings, config.rootpath, config.rootpath / cache)
