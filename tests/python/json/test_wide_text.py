"""loads of a str that is not all ASCII: its strings are taken from it as they are."""

import json as standard
import random

import pytest

from adyton import json

WIDE = ["é", "ł", "名", "😀", "\ud800", "\udc00"]


def outcome(loads, text, **options):
    try:
        return loads(text, **options)
    except standard.JSONDecodeError as error:
        return error.msg, error.pos, error.lineno, error.colno, error.doc


@pytest.mark.parametrize("wide", WIDE, ids=ascii)
@pytest.mark.parametrize("body", [
    '["{}"]', '["a{}", "{}a", "plain"]', '{{"{}": 1, "x{}": "{}"}}', '["{}\\n\\u0041\\ud83d\\ude00"]',
    '["{}\\"", "\\\\{}"]', '["{}', '["{}\\', '["{}\\u12"]', '["{}\\x"]', '["{}\n"]', '["{}"] x', '{}', '[{}]',
    '[1, {}"]', '{{"{}": }}', '{{"{}" 1}}', '["\\u00e9", "{}"', '["{}", tru]', '["{}\x00"]'], ids=ascii)
def test_it_reads_and_blames_what_the_standard_library_does(body, wide):
    text = body.replace("{}", wide).replace("{{", "{").replace("}}", "}")
    assert outcome(json.loads, text) == outcome(standard.loads, text)
    assert outcome(json.loads, text, strict=False) == outcome(standard.loads, text, strict=False)


def test_names_beyond_ascii_are_told_from_each_other():
    for names in (["名前", "住所", "年齢"], ["é", "è", "Ã©"], ["😀", "😁"]):
        text = standard.dumps([dict.fromkeys(names, n) for n in range(50)], ensure_ascii=False)
        assert json.loads(text) == standard.loads(text)
        assert json.loads(text.encode()) == standard.loads(text)
        assert json.loads(text) == standard.loads(text)  # the names are known by now


def test_a_repeated_name_beyond_ascii_is_blamed_where_it_stands():
    text = '{"名": "😀", "é": 1, "名": 2}'
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text, duplicate_keys="error")
    assert (caught.value.msg, caught.value.pos) == ("Repeated key '名'", text.rindex('"名'))


def test_hooks_see_what_the_standard_library_shows_them():
    text = '{"é": [1.5, {"名": "😀\\n"}], "a": NaN}'
    assert json.loads(text, object_pairs_hook=repr) == standard.loads(text, object_pairs_hook=repr)
    assert json.loads(text, object_hook=repr) == standard.loads(text, object_hook=repr)


def test_random_strings_of_all_widths():
    rng = random.Random(3)
    alphabet = "ab\"\\\n/ éÿĀ名\uffff😀\U0010ffff\ud83d\ude00"
    for _ in range(3000):
        value = ["".join(rng.choices(alphabet, k=rng.randrange(80))) for _ in range(rng.randrange(6))]
        text = standard.dumps(value, ensure_ascii=False)
        found = json.loads(text)
        assert found == standard.loads(text)
        cut = text[:rng.randrange(len(text) + 1)]
        assert outcome(json.loads, cut) == outcome(standard.loads, cut)
