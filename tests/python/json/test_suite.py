"""JSONTestSuite (nst/JSONTestSuite): what is JSON is accepted, what is not is rejected."""

import json as standard

import pytest

from adyton import json as ours

# What the standard library reads although RFC 8259 does not.
EXTENSIONS = {"n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"}


@pytest.fixture(scope="session")
def cases(data):
    folder = data / "JSONTestSuite" / "test_parsing"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def rejected(document, **options):
    try:
        ours.loads(document, **options)
    except (ValueError, RecursionError):
        return True
    return False


def test_all_95_documents_are_accepted(cases):
    documents = {name: text for name, text in cases.items() if name.startswith("y_")}
    assert len(documents) == 95
    for options in ({}, {"allow_nan": False}):
        assert [name for name, text in documents.items() if rejected(text, **options)] == []
    for name, text in documents.items():
        assert repr(ours.loads(text)) == repr(standard.loads(text)), name


def test_185_texts_are_rejected_and_188_without_nan(cases):
    texts = {name: text for name, text in cases.items() if name.startswith("n_")}
    assert len(texts) == 188
    accepted = {name for name, text in texts.items() if not rejected(text)}
    assert accepted == EXTENSIONS
    assert [name for name, text in texts.items() if not rejected(text, allow_nan=False)] == []


def test_every_text_gives_what_the_standard_library_gives(cases, loads):
    assert len(cases) == 318
    for name, text in cases.items():
        if name not in ("n_structure_100000_opening_arrays.json",
                        "n_structure_open_array_object.json"):
            loads(text)
            loads(bytearray(text))
            loads(text.decode("utf-8", "surrogateescape"))


def test_corpora_read_and_write_alike(data):
    import lzma
    for path in sorted((data / "corpora").glob("*.xz")):
        document = lzma.decompress(path.read_bytes())
        value = standard.loads(document)
        assert repr(ours.loads(document)) == repr(value)
        assert repr(ours.loads(document.decode())) == repr(value)
        assert ours.dumps(value) == standard.dumps(value)
        compact = standard.dumps(value, ensure_ascii=False, separators=(",", ":"))
        assert ours.dumpb(value) == compact.encode()
        assert ours.dumps(value, indent=1) == standard.dumps(value, indent=1)
