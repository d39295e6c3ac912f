"""Make the scores of uqlm and lm-polygraph importable without what their models need.

The ``__init__`` files of both libraries import PyTorch, transformers and some hundred packages
more, which no score touches. By default those files are passed over: the modules that define the
scores are imported as they were installed, and stand-ins take the place of the names that these
modules import and no score uses. With ``--whole-packages`` the libraries are imported as their
users do it.
"""

import importlib
import importlib.metadata
import importlib.util
import sys
import types
import warnings

import pytest
from hypothesis import settings

# The definitions were compared in these series; another one has to be read first.
SERIES = {"uqlm": "0.6.", "lm-polygraph": "0.7."}

# Parents before children: a package is found in its parent's path.
PACKAGES = (
    "uqlm",
    "uqlm.white_box",
    "lm_polygraph",
    "lm_polygraph.estimators",
    "lm_polygraph.stat_calculators",
    "lm_polygraph.utils",
)

# `utils.common` loads images and processors; `Model` and `WhiteboxModel` stand in annotations.
STAND_INS = {
    "PIL": ("Image",),
    "transformers": ("AutoProcessor",),
    "lm_polygraph.utils.model": ("Model", "WhiteboxModel"),
}


def pytest_addoption(parser):
    """Add the choice between the modules of the scores and the whole libraries."""
    parser.addoption(
        "--whole-packages",
        action="store_true",
        help="import uqlm and lm-polygraph the ordinary way; needs all they depend on, PyTorch too",
    )


def pytest_configure(config):
    """Import the libraries, or say that they are not there: nothing here is ever skipped."""
    for name, series in SERIES.items():
        check_version(name, series)
    # The same inputs in every run, and no failure for a busy machine.
    settings.register_profile("differential", derandomize=True, deadline=None)
    settings.load_profile("differential")
    with warnings.catch_warnings():
        # Not of our making, and the project turns warnings into errors.
        warnings.simplefilter("ignore")
        if config.getoption("whole_packages"):
            for package in PACKAGES:
                importlib.import_module(package)
        else:
            pass_over_init_files()


def check_version(name, series):
    """Raise a usage error unless a library is installed in the series that was compared."""
    try:
        installed = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        installed = "not installed"
    if not installed.startswith(series):
        message = f"{name} {series}* is compared here, found: {installed}; see differential/run.sh"
        raise pytest.UsageError(message)


def pass_over_init_files():
    """Register the packages unexecuted, so that only the modules asked for are imported."""
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        sys.modules[name] = importlib.util.module_from_spec(spec)
    for name, attributes in STAND_INS.items():
        module = types.ModuleType(name)
        vars(module).update(dict.fromkeys(attributes, object))
        sys.modules[name] = module
    # The one name that is asked of a package itself.
    calculators = importlib.import_module("lm_polygraph.stat_calculators.stat_calculator")
    sys.modules["lm_polygraph.stat_calculators"].StatCalculator = calculators.StatCalculator
