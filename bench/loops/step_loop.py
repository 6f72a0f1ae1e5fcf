"""The loop around a Python function that people write today: orjson in, orjson out.

step_loop.py score|keep INPUT OUTPUT

`score` calls bench/loops/score.py's function, the same that the job calls; `keep` writes two fields.
"""

import sys

import orjson
from score import score


def keep(record):
    """Two fields of the record, shaped as `adyton run` leaves them."""
    return {"id": record["id"], "user": {"name": record["user"]["name"]}}


def main():
    function = {"score": score, "keep": keep}[sys.argv[1]]
    with open(sys.argv[2], "rb") as source, open(sys.argv[3], "wb") as sink:
        for line in source:
            sink.write(orjson.dumps(function(orjson.loads(line))) + b"\n")


if __name__ == "__main__":
    main()
