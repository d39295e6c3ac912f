"""What the sources of the package must keep, as checks on their text.

Sources are a mapping from a module's name to its text; the name is the path below the package with
dots: ``errors``, ``_model.__init__``, ``_model._token``. A *part* is what has a layer: a module of
the package, or a whole subpackage. Imports are read with ``ast``: those for type checkers and
those inside functions count like any other. Each check returns every violation it finds.
"""

from __future__ import annotations

import ast
import graphlib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PACKAGE = "pytest_logprobs"
FORBIDDEN = {"utils", "helpers", "types", "data", "constants", "common"}
FILE_LINES, PLUGIN_LINES, FUNCTION_LINES, PARAMETERS = 300, 180, 40, 5

Sources = Mapping[str, str]
Table = Mapping[str, int]
Permitted = Mapping[str, set[str]]
Statements = Mapping[str, ast.stmt]
Function = ast.FunctionDef | ast.AsyncFunctionDef
ImportNode = ast.Import | ast.ImportFrom
_STANDARD = {*sys.stdlib_module_names, "_typeshed"}  # the latter is there for type checkers
_TYPE_CHECKING = ("TYPE_CHECKING", "typing.TYPE_CHECKING")


class Violation(NamedTuple):
    """A broken rule; ``str()`` names the module, the line, what was found and the rule."""

    module: str
    line: int
    found: str
    rule: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.found}; {self.rule}"


Found = list[Violation]


class Import(NamedTuple):
    """An imported module, ours as the sources name it; ``eager``: loaded with its importer."""

    line: int
    module: str
    ours: bool
    eager: bool


def sources_of(directory: Path) -> dict[str, str]:
    """Read every module below a package's directory."""
    return {
        ".".join(path.relative_to(directory).with_suffix("").parts): path.read_text("utf-8")
        for path in sorted(directory.rglob("*.py"))
    }


def part_of(module: str) -> str:
    """Return what has the layer of a module."""
    return module.partition(".")[0]


def imports_of(module: str, sources: Sources) -> list[Import]:
    """Return every import of a module, in the order of the lines."""
    found = []
    for node, eager in _import_nodes(ast.parse(sources[module]), eager=True):
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            origin = _origin(node, module)
            names = [f"{origin}.{name}" for name in names]
        for name in names:
            top, _, rest = name.partition(".")
            ours = top == PACKAGE
            found.append(Import(node.lineno, _home(sources, rest) if ours else top, ours, eager))
    return sorted(set(found))


def _import_nodes(tree: ast.AST, *, eager: bool) -> Iterator[tuple[ImportNode, bool]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ImportNode):
            yield node, eager
        elif isinstance(node, ast.If) and ast.unparse(node.test) in _TYPE_CHECKING:
            yield from _import_nodes(ast.Module(node.body, []), eager=False)
            yield from _import_nodes(ast.Module(node.orelse, []), eager=eager)
        else:
            yield from _import_nodes(node, eager=eager and not isinstance(node, Function))


def _origin(node: ast.ImportFrom, module: str) -> str:
    """Return the absolute name that stands behind ``from``."""
    above = [PACKAGE, *module.split(".")][: -node.level] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def _home(sources: Sources, name: str) -> str:
    """Return the module where a dotted name below the package stands: itself, or its holder."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        head = ".".join(parts[:count])
        if f"{head}.__init__" in sources:
            return f"{head}.__init__"
        if head in sources:
            return head
    return "__init__"


def check(sources: Sources, table: Table, permitted: Permitted, eager: set[str]) -> Found:
    """Find every violation of every rule."""
    found = check_layers(sources, table) + check_subpackages(sources)
    found += check_third_parties(sources, permitted, eager)
    return found + check_names(sources) + check_exports(sources) + check_sizes(sources)


def check_layers(sources: Sources, table: Table) -> Found:
    """Find imports that do not go down, and what has no layer or no file."""
    there = {part_of(module) for module in sources}
    found = [
        Violation(part, 0, "it has a layer and no file", "the table lists what there is")
        for part in sorted(table.keys() - there)
    ]
    for module in sources:
        part = part_of(module)
        if part not in table:
            found.append(Violation(module, 1, f"{part} has no layer", "every module has one"))
            continue
        for line, target, ours, _ in imports_of(module, sources):
            other = part_of(target)
            if not ours or (other == part and "." in module):
                continue
            if other == "__init__":
                what = f"it imports from {PACKAGE} itself"
                found.append(Violation(module, line, what, "the public names are for users alone"))
            elif table.get(other, -1) >= table[part]:
                what = f"{part} (layer {table[part]}) imports {other} (layer {table[other]})"
                rule = "a module imports only from a lower layer"
                found.append(Violation(module, line, what, rule))
    return found


def check_subpackages(sources: Sources) -> Found:
    """Find cycles inside a subpackage, and helpers that import what they are to help."""
    rule = "inside a subpackage: helpers, then one file per thing, then __init__"
    found = []
    edges: dict[str, dict[str, int]] = {}
    for module in sources:
        for line, target, ours, _ in imports_of(module, sources) if "." in module else ():
            if ours and part_of(target) == part_of(module):
                edges.setdefault(module, {}).setdefault(target, line)
                if _rank(target) > _rank(module):
                    found.append(Violation(module, line, f"it imports {target}", rule))
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError as error:
        cycle = error.args[1][::-1]  # each imports the next
        what = f"a cycle of imports, {' → '.join(cycle)}"
        found.append(Violation(cycle[0], edges[cycle[0]][cycle[1]], what, rule))
    return found


def _rank(module: str) -> int:
    name = module.rpartition(".")[2]
    return 2 if name == "__init__" else 0 if name.startswith("_") else 1


def check_third_parties(sources: Sources, permitted: Permitted, eager: set[str]) -> Found:
    """Find imports from outside the standard library that are not permitted, or come too early.

    ``permitted`` says what a part may import, ``eager`` what may be loaded with the part.
    """
    found = []
    for module in sources:
        mine = permitted.get(part_of(module), set())
        for line, name, ours, early in imports_of(module, sources):
            if ours or name in _STANDARD:
                continue
            if name not in mine:
                rule = f"third parties permitted here: {', '.join(sorted(mine)) or 'none'}"
                found.append(Violation(module, line, f"it imports {name}", rule))
            elif early and name not in eager:
                rule = "it is imported inside the function that needs it"
                found.append(Violation(module, line, f"it imports {name} at module level", rule))
    return found


def check_names(sources: Sources) -> Found:
    """Find modules named for a drawer instead of for what they hold."""
    rule = "a helper lives next to its only user, or it is a concept and has a name"
    return [
        Violation(module, 1, f"a module is called {name}", rule)
        for module in sources
        for name in module.split(".")
        if name.strip("_") in FORBIDDEN
    ]


def check_exports(sources: Sources) -> Found:
    """Find an ``__all__`` that is missing, unsorted or wrong, and public names outside of it.

    ``plugin`` has none: pytest finds hooks and fixtures by name, and these are all it may define.
    ``__main__`` is run and not imported.
    """
    found = []
    for module, text in sources.items():
        tree = ast.parse(text)
        defined = dict(_definitions(tree.body))
        public = {name: node for name, node in defined.items() if not name.startswith("_")}
        if module == "plugin":
            found += [
                Violation(module, node.lineno, f"it defines {name}", "it holds hooks and fixtures")
                for name, node in public.items()
                if not (name.startswith("pytest_") or _is_fixture(node))
            ]
        elif module != "__main__":
            found += _check_all(module, tree, defined, public)
    return found


def _is_fixture(node: ast.stmt) -> bool:
    decorators = map(ast.unparse, getattr(node, "decorator_list", []))
    return any(each.startswith("pytest.fixture") for each in decorators)


def _check_all(
    module: str, tree: ast.Module, defined: Statements, public: Statements
) -> Iterator[Violation]:
    assignment = defined.get("__all__")
    if not isinstance(assignment, ast.Assign):
        yield Violation(module, 1, "there is no __all__", "a module lists its public names")
        return
    listed = ast.literal_eval(assignment.value)
    for name, node in public.items():
        if name not in listed:
            rule = "a name without underscore is a promise"
            yield Violation(module, node.lineno, f"{name} is not in __all__", rule)
    nodes = [node for node, _ in _import_nodes(tree, eager=True)]
    imported = {alias.asname or alias.name for node in nodes for alias in node.names}
    for name in listed:
        if name not in defined and name not in imported:
            what = f"__all__ names {name}, which is not here"
            yield Violation(module, assignment.lineno, what, "a promise is kept")
    if listed != sorted(listed, key=_order):
        right = ", ".join(sorted(listed, key=_order))
        what = f"__all__ is not sorted, which would be {right}"
        yield Violation(module, assignment.lineno, what, "the order is ruff's (RUF022)")


def _order(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Sort constants first, then classes, then the rest; digits in a name count as numbers."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    pieces = re.findall(r"\d+|\D+", name)
    return kind, [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in pieces]


def _definitions(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that a module's own statements define, imports apart."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef):
            yield node.name, node
            continue
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each for target in targets for each in ast.walk(target)]
            yield from ((n.id, node) for n in names if isinstance(n, ast.Name))
        for inner in ("body", "orelse", "handlers", "finalbody"):
            yield from _definitions(getattr(node, inner, []))


def check_sizes(sources: Sources) -> Found:
    """Find files and functions that are too long, and too many positional parameters."""
    found = []
    for module, text in sources.items():
        count = len(text.splitlines())
        most = PLUGIN_LINES if module == "plugin" else FILE_LINES
        if count > most:
            found.append(Violation(module, count, f"it has {count} lines", f"at most {most}"))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, Function):
                found += _check_function(module, node)
    return found


def _check_function(module: str, node: Function) -> Iterator[Violation]:
    count = (node.end_lineno or 0) - node.lineno + 1
    if count > FUNCTION_LINES:
        what = f"{node.name} has {count} lines"
        yield Violation(module, node.lineno, what, f"at most {FUNCTION_LINES}")
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    count = len(names) - (names[:1] in (["self"], ["cls"]))
    if count > PARAMETERS:
        what = f"{node.name} has {count} positional parameters"
        yield Violation(module, node.lineno, what, f"at most {PARAMETERS}, others by keyword")
