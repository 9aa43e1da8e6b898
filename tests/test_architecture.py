"""The house: frozen values, pure functions, one direction, and tables that name real commands."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import attrs
import pytest

import salesflow
from salesflow import registry

SOURCE = Path(salesflow.__file__).parent
MODULES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))
LAYERS = ("model", "billing", "process")
ADAPTERS = ("documents", "exports", "storage", "sql", "testing")
ROOTS = {"memory.py", "identifiers.py", "kinds.py", "lookups.py", "codec.py", "converter.py", "unit_of_work.py", "__init__.py"}
"""Modules of adapters that stand alone."""


def parsed(path: Path) -> ast.Module:
    """The syntax of a module."""
    return ast.parse((SOURCE / path).read_text(encoding="utf-8"))


def values() -> list[type[Any]]:
    """Every attrs class of the model."""
    found = []
    for path in MODULES:
        if path.parts[0] == "model" and path.name != "__init__.py":
            module = import_module(f"salesflow.model.{path.stem}")
            found += [
                each for each in vars(module).values() if isinstance(each, type) and attrs.has(each) and each.__module__ == module.__name__
            ]
    return found


@pytest.mark.parametrize("kind", values(), ids=lambda kind: kind.__name__)
def test_everything_in_the_model_is_a_frozen_value(kind: type[Any]) -> None:
    """Frozen, hashable, without converters or an ``__init__`` of its own, and its collections are tuples."""
    assert kind.__setattr__ is not object.__setattr__
    assert kind.__hash__ is not None
    hints = get_type_hints(kind, vars(import_module(kind.__module__)), {"Fold": object})
    for field in attrs.fields(kind):
        assert field.converter is None
        hint = str(hints[field.name])
        assert not any(word in hint for word in ("list[", "dict[", "set[", "Mapping", "Sequence")), (field.name, hint)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_clock_no_chance_no_float(path: Path) -> None:
    """The source asks for no time, draws no lots, reckons with no binary fractions, and asserts no rule [I15]."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "utcnow", "today", "uuid4", "random"}, node.lineno
        if isinstance(node, ast.Name):
            assert node.id != "float", node.lineno
        if isinstance(node, ast.Constant):
            assert type(node.value) is not float, node.lineno
        assert not isinstance(node, ast.Assert) or path.parts[0] == "testing", node.lineno  # that package is tests, for others


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_modules_look_in_one_direction(path: Path) -> None:
    """Kernel, model, billing, process: none imports a later one."""
    layer = LAYERS.index(path.parts[0]) if path.parts[0] in LAYERS else -1
    if path.parts[0] in ADAPTERS or (path.name in ROOTS and len(path.parts) == 1):
        return  # adapters look at everything
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("salesflow."):
            part = node.module.split(".")[1]
            assert part not in LAYERS or LAYERS.index(part) <= layer, node.module


HOMES = {
    "campaign": ("process.campaigns",),
    "transfer": ("process.transfers",),
    "lead": ("process.leads",),
    "opportunity": ("process.opportunities",),
    "quotation": ("process.quotations",),
    "sales agreement": ("process.agreements",),
    "order": ("process.orders", "process.changes"),
    "packing slip": ("process.deliveries",),
    "invoice": ("billing.invoices",),
    "invoice draft": ("billing.drafts",),
    "subscription": ("process.subscriptions",),
    "return": ("process.returns",),
    "purchase": ("process.purchases",),
    "case": ("process.cases",),
    "maintenance contract": ("process.installations",),
}


@pytest.mark.parametrize(("name", "command"), [(table.name, command) for table in registry.LIFECYCLES for command in table.commands])
def test_every_row_of_a_life_table_names_a_command(name: str, command: str) -> None:
    """The function of that name is there, in the document's own module or in the one that is named."""
    module, _, function = command.rpartition(".")
    homes = [f"salesflow.{layer}.{module}" for layer in ("process", "billing")] if module else [f"salesflow.{home}" for home in HOMES[name]]
    found = []
    for home in homes:
        try:
            found.append(getattr(import_module(home), function))
        except (ImportError, AttributeError):
            continue
    assert len(found) == 1
    assert callable(found[0])
    assert found[0].__doc__


def test_importing_the_package_loads_nothing_else() -> None:
    """Names load when they are first used; a program that imports the package pays for none of it."""
    code = "import sys, salesflow; print([name for name in sys.modules if name.startswith('salesflow.') or name in ('attr', 'dateutil')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    """All names resolve, are listed by ``dir``, and agree with what type checkers see."""
    for name in salesflow.__all__:
        assert getattr(salesflow, name) is not None
        assert name in dir(salesflow)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = salesflow.nonsense
    seen = {
        alias.asname or alias.name
        for node in ast.walk(parsed(Path("__init__.py")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("salesflow")
        for alias in node.names
    }
    assert seen == set(salesflow.__all__)


def test_files_stay_within_one_topic() -> None:
    """A look at size: no module beyond seven hundred lines, most far below."""
    sizes = sorted(len((SOURCE / path).read_text(encoding="utf-8").splitlines()) for path in MODULES)
    assert sizes[-1] <= 700
    assert sizes[len(sizes) // 2] <= 250
