"""The package adyton: what it says of itself, and that nothing is loaded before it is asked for."""

import ast
import importlib
import pydoc
import re
import sys
from pathlib import Path

import adyton
import pytest

STUBS = Path(__file__).resolve().parents[3] / "host" / "python" / "lib" / "adyton"


def test_nothing_of_adyton_is_imported_at_the_start(adyton):
    code = "import sys; print([name for name in sys.modules if name.startswith('adyton')])"
    assert adyton("-c", code).stdout == "[]\n"


def test_importing_the_package_imports_no_module_of_it(adyton):
    code = ("import sys, adyton; print([name for name in sys.modules if name.startswith('adyton')]);"
            "adyton.json; print('adyton.json' in sys.modules, 'adyton.crypto' in sys.modules)")
    assert adyton("-I", "-c", code).stdout == "['adyton']\nTrue False\n"


def test_children_are_built_in_modules_with_a_specification():
    for name in adyton.__all__:
        module = importlib.import_module(f"adyton.{name}")
        assert module.__name__ == f"adyton.{name}" and module.__doc__
        assert module.__spec__.origin == "built-in" and module.__package__ == "adyton"
        assert getattr(adyton, name) is module
    assert {"crypto", "json", "record"} <= set(adyton.__all__)


def test_all_names_every_child_in_order():
    children = [name.removeprefix("adyton.") for name in sys.builtin_module_names
                if name.startswith("adyton.")]
    assert adyton.__all__ == sorted(children)


def names_in_stub(path):
    """The public names that a stub file says a module has."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
        elif isinstance(node, ast.ImportFrom):
            names |= {name.asname for name in node.names if name.asname == name.name}
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("name", ["__init__", *adyton.__all__])
def test_stub_names_what_the_module_has(name):
    module = adyton if name == "__init__" else importlib.import_module(f"adyton.{name}")
    public = {n for n in [*dir(module), *getattr(module, "__all__", [])] if not n.startswith("_")}
    stub = names_in_stub(STUBS / f"{name}.pyi")
    assert public - stub == set()
    assert {n for n in stub if not hasattr(module, n)} == set()


def test_unknown_names_are_the_usual_errors():
    with pytest.raises(AttributeError, match="module 'adyton' has no attribute 'nothing'"):
        adyton.nothing
    with pytest.raises(ModuleNotFoundError, match="No module named 'adyton.nothing'"):
        importlib.import_module("adyton.nothing")
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from adyton import nothing")


def test_folder_of_the_same_name_does_not_shadow_it(adyton, tmp_path):
    (tmp_path / "adyton").mkdir()
    (tmp_path / "adyton" / "json.py").write_text("raise SystemExit('shadowed')")
    (tmp_path / "adyton" / "__init__.py").write_text("raise SystemExit('shadowed')")
    done = adyton("-c", "import adyton.json; print(adyton.json.__spec__.origin)", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("built-in\n", "")


def test_package_describes_itself():
    assert re.fullmatch(r"\d+\.\d+\.\d+", adyton.__version__)
    text = pydoc.plain(pydoc.render_doc(adyton))
    assert "adyton.json" in text and "adyton.crypto" in text and adyton.__version__ in text


def test_version_is_the_programs(adyton):
    printed = adyton("-c", "import adyton; print(adyton.__version__)").stdout.strip()
    assert f"Adyton {printed}\n" in adyton("--version").stdout


def test_star_import_brings_the_children(adyton):
    code = "from adyton import *; print(json.__name__, crypto.__name__)"
    assert adyton("-c", code).stdout == "adyton.json adyton.crypto\n"


def test_sub_interpreter_has_its_own_package(adyton):
    code = ("import _xxsubinterpreters as s; i = s.create();"
            "s.run_string(i, 'import adyton.json; print(adyton.json.__name__)'); s.destroy(i)")
    if sys.version_info >= (3, 13):
        code = code.replace("_xxsubinterpreters", "_interpreters")
    assert adyton("-c", code).stdout == "adyton.json\n"
