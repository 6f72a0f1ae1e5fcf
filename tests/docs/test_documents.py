"""Runs what the documents show.

In a document, a fenced block is one of
    ```sh                  commands, run by bash in order, in one folder for each document;
    ```LANGUAGE file=NAME  a file, written to that folder under that name;
    ```json                an example of a format: at least it is JSON;
    ```text                anything else: not run.
Commands of the checkout itself (`./dev ...`) are held against `./dev help` instead of being run.
"""

import json
import pathlib
import re
import subprocess

import pytest
from conftest import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks_of(document):
    """Yields (language, file name or None, text) for each fenced block."""
    for match in FENCE.finditer(document.read_text(encoding="utf-8")):
        language, _, rest = match["info"].strip().partition(" ")
        name = rest.removeprefix("file=") if rest.startswith("file=") else None
        yield language, name, match["body"]


def is_checkout_command(line):
    return line.startswith(("./dev", "git clone", "cd adyton"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_the_document_shows_runs(document, run, tmp_path, root):
    for folder in ("config", "scripts"):
        (tmp_path / folder).symlink_to(root / folder)
    for language, name, text in blocks_of(document):
        if name:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif language == "sh":
            lines = [line for line in text.splitlines() if not is_checkout_command(line)]
            run("\n".join(lines))
        elif language == "json":
            json.loads(text)
        else:
            assert language == "text", f"{document.name}: a block of {language!r} is not run by anything"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_dev_command_in_the_document_exists(document, root):
    known = dev_commands(root)
    for word in re.findall(r"\./dev ([a-z]+)", document.read_text(encoding="utf-8")):
        assert word in known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_into_the_repository_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_documents_show_something_to_run():
    assert sum(language == "sh" for document in DOCUMENTS for language, _, _ in blocks_of(document)) >= 4


def dev_commands(root):
    """The commands that `./dev help` lists."""
    text = subprocess.run([root / "dev", "help"], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^  ([a-z]+) ", text, re.MULTILINE))


def test_dev_help_lists_the_commands(root):
    assert {"setup", "demo", "build", "test", "bench", "format", "fuzz", "asan", "conformance", "help"} <= (
        dev_commands(root)
    )


def test_every_fuzz_source_is_a_target(root):
    targets = re.findall(r"^adyton_(python_)?fuzz\((\w+)", (root / "tests/fuzz/CMakeLists.txt").read_text(), re.M)
    listed = {f"{name}_fuzz.{'py' if python else 'cpp'}" for python, name in targets}
    sources = {path.name for path in (root / "tests/fuzz").glob("*_fuzz.*")} - {"python_fuzz.cpp"}
    assert sources == listed


def test_no_document_names_a_place_of_one_machine():
    for path in (pathlib.Path(p) for p in DOCUMENTS):
        assert not re.search(r"(?<![\w.])/(work|home|root|tmp)/", path.read_text(encoding="utf-8"))
