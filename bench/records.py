"""Records for the benches: NDJSON in which no two records are alike.

A file of a hundred records copied over and over flatters every cache; here each one differs in its
identifiers, its texts and their lengths.
"""

import json
import lzma
import os
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = ("river stone amber quiet lantern copper meadow signal harbor winter saffron cloud orbit velvet "
         "thunder maple cobalt breeze canyon ember 東京 さくら café naïve Zürich Łódź Привет").split()


def test_data():
    """The folder of corpora, or None where there is none."""
    folder = pathlib.Path(os.environ.get("ADYTON_TEST_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None


def phrase(rng, low, high):
    """Some words, between `low` and `high` of them."""
    return " ".join(rng.choices(WORDS, k=rng.randint(low, high)))


def write_tweets(path, count, seed=1):
    """`count` records of the shape of twitter.json's statuses (about 4.6 kB), each made different.

    Needs the corpora; returns False where they are not to be had.
    """
    data = test_data()
    if data is None:
        return False
    with lzma.open(data / "corpora" / "twitter.json.xz") as file:
        statuses = json.load(file)["statuses"]
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            status = statuses[number % len(statuses)]
            user = status["user"]
            status["id"] = number * 7919 + 505874900000000000
            status["id_str"] = str(status["id"])
            status["text"] = phrase(rng, 5, 20)
            status["retweet_count"] = rng.randrange(10000)
            user["name"] = phrase(rng, 1, 3)
            user["screen_name"] = f"user_{rng.randrange(10**9)}"
            user["followers_count"] = rng.randrange(10**6)
            user["description"] = phrase(rng, 3, 25)
            file.write(json.dumps(status, ensure_ascii=False, separators=(",", ":")) + "\n")
    return True


def write_events(path, count, seed=1):
    """`count` customer events of about 300 bytes."""
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            name = phrase(rng, 2, 2)
            event = {
                "id": number,
                "time": f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00:00Z",
                "kind": rng.choice(("login", "purchase", "refund", "view")),
                "user": {
                    "name": name,
                    "email": f"{rng.getrandbits(40):x}@example.com",
                    "card": f"{rng.randrange(10**16):016}",
                    "tier": rng.choice(("free", "pro", None)),
                },
                "amount": rng.randrange(10**6) / 100,
                "items": [{"sku": f"{rng.getrandbits(32):08x}", "n": rng.randint(1, 9)}
                          for _ in range(rng.randint(0, 2))],
                "note": phrase(rng, 1, 8),
            }
            file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_wide(path, count, seed=1):
    """`count` records of 30 fields (about 600 bytes), for steps that touch two of them."""
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            record = {"id": number, "amount": rng.randrange(10**6) / 100, "risk": None,
                      "user": {"name": phrase(rng, 2, 2), "email": f"{rng.getrandbits(40):x}@example.com"}}
            for field in range(13):
                record[f"note_{field}"] = phrase(rng, 1, 3)
                record[f"count_{field}"] = rng.randrange(10**5)
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
