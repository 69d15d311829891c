"""A notebook's text as Python: magics, prompts and odd spaces taken out, every line kept in its place."""

import ast
import builtins
import re
import textwrap
import warnings
from dataclasses import dataclass
from functools import cached_property

from resnet_viz.check.recorder import FILE
from resnet_viz.check.vocabulary import FRAMEWORKS, OF_TORCH

PHASES = frozenset(("training", "is_training", "train", "phase"))
"""Parameters that hand the phase through: their defaults are no choice of a phase."""

_NONE = re.compile(r"^[^#]*\w\s*=\s*None\s*(#.*)?$")
_PYTHON = ("", "python", "python3", "py", "ipython")
PHASE_NAME = "__phase__"
TICK_NAME = "__tick__"
"""What a loop within one line calls each time round: nothing else would count it."""
_PROMPT = re.compile(r"^(\s*)(?:>>> ?|\.\.\. ?|In ?\[\d*\]: ?)")
_OUTPUT = re.compile(r"^Out ?\[\d*\]:.*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)\s*(\w*)")
_MAGIC = re.compile(r"^(\s*)(?:%|!|\?)|^(\s*)[\w.]+\s*=\s*[%!]|^(\s*)[\w.]+\?{1,2}\s*$")


@dataclass(frozen=True)
class Source:
    """Code that can be run.

    Attributes:
        tree: Its statements.
        lines: Its lines as they were written, for quoting.
    """

    tree: ast.Module
    lines: list[str]

    def text_at(self, line: int | None) -> str:
        """Return a line as it was written, cut to what a sentence can quote."""
        if line is None or not 1 <= line <= len(self.lines):
            return ""
        return self.lines[line - 1].strip()[:160]

    def unfilled(self, function: str) -> int | None:
        """Return the first line of a function that still gives None to a name, as the course's notebooks come."""
        node = self.body_of(function)
        if node is None:
            return None
        places = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        return next((line for line in places if _NONE.search(self.lines[line - 1])), None)

    def returns_something(self, function: str) -> bool:
        """Whether a function has a `return` with something behind it."""
        node = self.body_of(function)
        inside = ast.walk(node) if node else ()
        return any(isinstance(each, ast.Return) and each.value is not None for each in inside)

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    def body_of(self, name: str) -> ast.FunctionDef | None:
        """Return the function of a name; of a class what it does when it is called."""
        made = next((node for node in self._nodes if isinstance(node, ast.ClassDef) and node.name == name), None)
        inside = made.body if made else ()
        called = [each for each in inside if isinstance(each, ast.FunctionDef) and each.name in ("call", "__call__")]
        return called[-1] if called else self.functions.get(name)

    def names_layers(self, function: str) -> bool:
        """Whether a function gives names to layers."""
        node = self.body_of(function)
        return any(isinstance(each, ast.keyword) and each.arg == "name" for each in ast.walk(node)) if node else False

    def return_lines(self, name: str) -> list[int]:
        """Return the lines of a function's own `return`s."""
        todo: list[ast.AST] = list(getattr(self.body_of(name), "body", ()))
        found = []
        while todo:
            each = todo.pop()
            if isinstance(each, ast.Return):
                found.append(each.lineno)
            elif not isinstance(each, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):  # those return for themselves
                todo += ast.iter_child_nodes(each)
        return sorted(found)

    def early_return(self, name: str) -> int | None:
        """Return the line of a `return` that has more lines of the function below it."""
        node = self.body_of(name)
        body = node.body[:-1] if node else []
        return next((each.lineno for each in body if isinstance(each, ast.Return)), None)

    def return_in_loop(self, name: str) -> int | None:
        """Return the line of a `return` that ends a loop of the function in its first round."""
        node = self.body_of(name)
        loops = [each for each in (node.body if node else ()) if isinstance(each, (ast.For, ast.While))]
        return next((each.lineno for loop in loops for each in loop.body if isinstance(each, ast.Return)), None)

    def line_of(self, name: str, parameter: str) -> int | None:
        """Return the line on which a function, or the making of a class, takes a parameter."""
        kinds = (ast.FunctionDef, ast.ClassDef)
        made = [node for node in self._nodes if isinstance(node, kinds) and node.name == name]
        takes = (node for node in ast.walk(made[-1]) if isinstance(node, ast.arg)) if made else iter(())
        return next((node.lineno for node in takes if node.arg == parameter), None)

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """All functions by name, the last of a name."""
        return {node.name: node for node in self._nodes if isinstance(node, ast.FunctionDef)}

    @cached_property
    def defined(self) -> dict[str, int]:
        """The lines of all functions and classes by name."""
        kinds = (ast.FunctionDef, ast.ClassDef)
        return {node.name: node.lineno for node in self._nodes if isinstance(node, kinds)}

    @cached_property
    def imports(self) -> set[str]:
        """The packages that the code imports from."""
        found = set()
        for node in self._nodes:
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
        return found

    def framework(self) -> tuple[str, int] | None:
        """Return another library that the code is written for, as it is called, and the line that shows it."""
        for node in self._nodes:
            names = [each.name for each in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            for name in names:
                root, last = name.split(".")[0], name.rpartition(".")[2]
                if root in FRAMEWORKS or last == "slim":
                    return FRAMEWORKS.get(root) or FRAMEWORKS[last], node.lineno  # type: ignore[attr-defined]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{node.value.id}.{node.attr}"
                if name in OF_TORCH and not self.imports & set(FRAMEWORKS):
                    return FRAMEWORKS["torch"], node.lineno
        return None

    @cached_property
    def words(self) -> set[str]:
        """The names that the code gives to values."""
        stored = {node.id for node in self._nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        return stored | {node.arg for node in self._nodes if isinstance(node, ast.arg)}

    @cached_property
    def unbound(self) -> set[str]:
        """The names that the code uses and never makes."""
        made = set(self.words)
        for node in self._nodes:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                made.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                made |= {(name.asname or name.name).partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ExceptHandler) and node.name:
                made.add(node.name)
        return {node.id for node in self._nodes if isinstance(node, ast.Name)} - made - set(dir(builtins))


def read(code: str) -> Source:
    """Return code that can be run.

    Raises:
        SyntaxError: If it is no Python even without a notebook's additions.
    """
    text = code.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    text = text.replace("\u00a0", " ").replace("\u3000", " ").expandtabs(4)
    lines = text.split("\n")
    with warnings.catch_warnings(action="ignore"):
        try:
            tree = ast.parse(text, FILE)
        except SyntaxError:
            tree = ast.parse(textwrap.dedent("\n".join(_plain(line) for line in _fenced(lines))), FILE)
    return Source(_Changed().visit(tree), lines)


def _fenced(lines: list[str]) -> list[str]:
    """Return what stands between a chat's fences, every line in its place; of one fence alone, what stands on its longer side."""
    fences = {place: match[1].lower() for place, line in enumerate(lines) if (match := _FENCE.match(line))}
    if not fences:
        return lines
    places = [*fences, *([len(lines)] if len(fences) % 2 else [])]
    if len(fences) == 1 and places[0] > len(lines) / 2:
        places = [-1, places[0]]
    pairs = zip(places[::2], places[1::2], strict=True)
    kept = {place for begin, end in pairs if fences.get(begin, "") in _PYTHON for place in range(begin + 1, end)}
    return [line if place in kept else "" for place, line in enumerate(lines)]


def _plain(line: str) -> str:
    """Return a line without what only a notebook or a prompt understands; a magic becomes `pass`."""
    line = _OUTPUT.sub("", _PROMPT.sub(r"\1", line))
    match = _MAGIC.match(line)
    return f"{next(filter(None, match.groups()), '')}pass" if match else line


class _Changed(ast.NodeTransformer):
    """Makes every default of a parameter such as `training` neither True nor False, and loops within a line countable."""

    def _counted(self, node: "ast.For | ast.While") -> ast.AST:
        self.generic_visit(node)
        if node.body[0].lineno == node.lineno:
            tick = ast.Expr(ast.Call(ast.Name(TICK_NAME, ast.Load()), [], []))
            node.body.insert(0, ast.fix_missing_locations(ast.copy_location(tick, node)))
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._counted(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._counted(node)

    def _with_phases(self, node: "ast.FunctionDef | ast.Lambda") -> ast.AST:
        self.generic_visit(node)
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args]
        first = len(named) - len(arguments.defaults)
        for place, default in enumerate(arguments.defaults):
            if named[first + place].arg in PHASES:
                arguments.defaults[place] = ast.copy_location(ast.Name(PHASE_NAME, ast.Load()), default)
        for place, (argument, given) in enumerate(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
            if given is not None and argument.arg in PHASES:
                arguments.kw_defaults[place] = ast.copy_location(ast.Name(PHASE_NAME, ast.Load()), given)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._with_phases(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._with_phases(node)
