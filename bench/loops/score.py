"""A Python step that touches two fields of a record: the same function for the job and for the loop."""


def score(record):
    """Reads one field and sets another."""
    record["risk"] = 1 if record["amount"] > 5000 else 0
    return record
