"""The checks on the sources catch every violation that is planted in a small package."""

from __future__ import annotations

import layers
import pytest

# A small package that keeps every rule, into which each violation is planted.

TABLE = {
    "errors": 0,
    "_known": 1,
    "_text": 1,
    "_model": 2,
    "parsers": 3,
    "__init__": 4,
    "plugin": 4,
    "__main__": 5,
}
SOUND = {
    "__init__": "from pytest_logprobs.parsers import parse\n__all__ = ['parse']\n",
    "__main__": "import sys\n\nimport pytest_logprobs.plugin\n\nsys.exit(0)\n",
    "errors": "__all__ = ['LIMIT', 'WrongError', 'check']\n"
    "LIMIT = 1\nclass WrongError(Exception): ...\ndef check(): ...\n_private = 2\n",
    "_known": "import math\n\nfrom pytest_logprobs import errors\n__all__ = []\n",
    "_text": "__all__ = []\n",
    "_model.__init__": "from pytest_logprobs._model._span import Span\n__all__ = ['Span']\n",
    "_model._span": "from ._token import Token\n__all__ = ['Span']\nclass Span(Token): ...\n",
    "_model._token": "import pytest_logprobs._text as t\n__all__ = ['Token']\nclass Token: ...\n",
    "parsers.__init__": "from pytest_logprobs.parsers import chat\n"
    "__all__ = ['parse']\ndef parse(): return chat\n",
    "parsers._wire": "from pytest_logprobs._model import Span\n"
    "__all__ = []\ndef _read():\n    import pydantic_core\n    return pydantic_core, Span\n",
    "parsers.chat": "from pytest_logprobs.parsers import _wire\n__all__ = []\n",
    "plugin": "import pytest\ndef pytest_configure(): ...\n@pytest.fixture\ndef logprobs(): ...\n",
}

PERMITTED = {"parsers": {"pydantic_core"}, "plugin": {"pytest"}}

DOWN = "a module imports only from a lower layer"
INSIDE = "inside a subpackage: helpers, then one file per thing, then __init__"
CYCLE = "_model._span → _model._token → _model._span"
LATER = "it is imported inside the function that needs it"
NAMED = "a helper lives next to its only user, or it is a concept and has a name"
SORTED = "MAX, Aa, B, a2, a10; the order is ruff's (RUF022)"
CHECKING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
PLANTED = {
    "an upward import": (
        {"errors": "from pytest_logprobs.parsers import parse\n__all__ = []\n"},
        f"errors:1: errors (layer 0) imports parsers (layer 3); {DOWN}",
    ),
    "an upward import of a module": (
        {"_text": "import pytest_logprobs._model._token\n__all__ = []\n"},
        f"_text:1: _text (layer 1) imports _model (layer 2); {DOWN}",
    ),
    "a relative upward import": (
        {"_model._token": "from ..parsers import chat\n__all__ = []\n"},
        f"_model._token:1: _model (layer 2) imports parsers (layer 3); {DOWN}",
    ),
    "an import of the same layer": (
        {"_text": "import pytest_logprobs._known\n__all__ = []\n"},
        f"_text:1: _text (layer 1) imports _known (layer 1); {DOWN}",
    ),
    "an import for type checkers": (
        {"errors": f"{CHECKING}from pytest_logprobs._text import align\n__all__ = []\n"},
        f"errors:3: errors (layer 0) imports _text (layer 1); {DOWN}",
    ),
    "an import inside a function": (
        {"errors": "__all__ = []\ndef _late():\n    from pytest_logprobs import _text\n"},
        f"errors:3: errors (layer 0) imports _text (layer 1); {DOWN}",
    ),
    "an import of the public names": (
        {"_text": "from pytest_logprobs import parse\n__all__ = []\n"},
        "_text:1: it imports from pytest_logprobs itself; the public names are for users alone",
    ),
    "an import of the package": (
        {"plugin": "def pytest_configure():\n    import pytest_logprobs\n"},
        "plugin:2: it imports from pytest_logprobs itself; the public names are for users alone",
    ),
    "a module without a layer": (
        {"_ledger": "__all__ = []\n"},
        "_ledger:1: _ledger has no layer; every module has one",
    ),
    "a cycle in a subpackage": (
        {"_model._token": "__all__ = []\ndef _late():\n    from ._span import Span\n"},
        f"_model._span:1: a cycle of imports, {CYCLE}; {INSIDE}",
    ),
    "a helper that imports what it helps": (
        {
            "parsers.chat": "__all__ = []\n",
            "parsers._wire": "import pytest_logprobs.parsers.chat\n__all__ = []\n",
        },
        f"parsers._wire:1: it imports parsers.chat; {INSIDE}",
    ),
    "a third party": (
        {"_text": "__all__ = []\nimport numpy.linalg\n"},
        "_text:2: it imports numpy; third parties permitted here: none",
    ),
    "a third party of another module": (
        {"parsers.chat": f"{CHECKING}from pytest import Item\n__all__ = []\n"},
        "parsers.chat:3: it imports pytest; third parties permitted here: pydantic_core",
    ),
    "an eager third party": (
        {"parsers.chat": "__all__ = []\ntry:\n    import pydantic_core\nexcept ImportError: ...\n"},
        f"parsers.chat:3: it imports pydantic_core at module level; {LATER}",
    ),
    "an eager third party in a class": (
        {"parsers.chat": "__all__ = []\nclass _Reader:\n    from pydantic_core import from_json\n"},
        f"parsers.chat:3: it imports pydantic_core at module level; {LATER}",
    ),
    **{
        f"a module called {name}": (
            {f"parsers.{name}": "__all__ = []\n"},
            f"parsers.{name}:1: a module is called {name}; {NAMED}",
        )
        for name in ("utils", "_helpers", "types", "data", "constants", "common")
    },
    "a public function that is not listed": (
        {"_text": "__all__ = []\nif True:\n    def align(): ...\n"},
        "_text:3: align is not in __all__; a name without underscore is a promise",
    ),
    "a public class that is not listed": (
        {"_text": "__all__ = []\nclass Pattern: ...\n"},
        "_text:2: Pattern is not in __all__; a name without underscore is a promise",
    ),
    "a public constant that is not listed": (
        {"_text": "__all__ = []\nWIDTH: int = 78\n"},
        "_text:2: WIDTH is not in __all__; a name without underscore is a promise",
    ),
    "no list of names": (
        {"_text": "_WIDTH = 78\n"},
        "_text:1: there is no __all__; a module lists its public names",
    ),
    "a listed name that is not there": (
        {"_text": "'''Text.'''\n__all__ = ['align']\n"},
        "_text:2: __all__ names align, which is not here; a promise is kept",
    ),
    "an unsorted list": (
        {"_text": "__all__ = ['a2', 'B', 'a10', 'Aa', 'MAX']\na2 = a10 = B = Aa = MAX = 0\n"},
        f"_text:1: __all__ is not sorted, which would be {SORTED}",
    ),
    "something else in the plugin": (
        {"plugin": "import pytest\ndef judge(): ...\n"},
        "plugin:2: it defines judge; it holds hooks and fixtures",
    ),
    "a long file": (
        {"_text": "__all__ = []\n" + "\n" * 300},
        "_text:301: it has 301 lines; at most 300",
    ),
    "a long plugin": ({"plugin": "\n" * 181}, "plugin:181: it has 181 lines; at most 180"),
    "a long function": (
        {"_text": "__all__ = []\nclass _C:\n    def f(self):\n" + "        0\n" * 40},
        "_text:3: f has 41 lines; at most 40",
    ),
    "many positional parameters": (
        {"_text": "__all__ = []\nasync def _f(a, b, /, c, d, e, f=0, *, g): ...\n"},
        "_text:2: _f has 6 positional parameters; at most 5, others by keyword",
    ),
}


def check(sources, table=TABLE):
    """Return every violation as its text."""
    return list(map(str, layers.check(sources, table, PERMITTED, {"pytest"})))


def test_a_sound_package_breaks_no_rule():
    """What the violations are planted into has none of its own."""
    assert check(SOUND) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_each_violation_is_caught(planted):
    """A violation is found once, and named with its module, its line and the rule."""
    sources, message = PLANTED[planted]
    assert check({**SOUND, **sources}) == [message]


def test_a_layer_without_a_module_is_caught():
    """A part that is gone leaves the table too."""
    assert check(SOUND, {**TABLE, "_gone": 3}) == [
        "_gone:0: it has a layer and no file; the table lists what there is"
    ]
