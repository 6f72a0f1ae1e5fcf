"""What the JSON tests share: the module under test and the standard library side by side."""

import json as standard

import pytest

from adyton import json as ours

pytest.register_assert_rewrite("natives")  # an assert there that fails tells the values


def without_advice(message):
    """The message without what Adyton adds to a refusal: how the object could be written."""
    return message.partition(": ")[0] if message.startswith("Object of type ") else message


class Outcome:
    """What a call gave: a value, or an exception. Equal if nobody can tell them apart."""

    def __init__(self, function, *args, **kwargs):
        self.value = self.error = None
        try:
            self.value = function(*args, **kwargs)
        except Exception as error:
            self.error = error

    def facts(self):
        if self.error is None:
            return type(self.value), repr(self.value)
        facts = [type(self.error), without_advice(str(self.error))]
        if isinstance(self.error, standard.JSONDecodeError):
            facts += [self.error.msg, self.error.doc, self.error.pos]
            facts += [self.error.lineno, self.error.colno]
        return tuple(facts)

    def __eq__(self, other):
        return self.facts() == other.facts()

    def __repr__(self):
        return f"Outcome{self.facts()}"


class Both:
    """Calls a function of adyton.json and of json with the same arguments; they must agree."""

    def __init__(self, name):
        self.name = name

    def __call__(self, *args, **kwargs):
        expected = Outcome(getattr(standard, self.name), *args, **kwargs)
        got = Outcome(getattr(ours, self.name), *args, **kwargs)
        assert got == expected
        return got


@pytest.fixture(scope="session")
def loads():
    """loads of both modules: fails unless they agree; gives the Outcome."""
    return Both("loads")


@pytest.fixture(scope="session")
def dumps():
    """dumps of both modules: fails unless they agree; gives the Outcome."""
    return Both("dumps")
