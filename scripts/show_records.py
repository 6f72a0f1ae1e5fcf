"""Shows the first record of each of some NDJSON files, laid out for reading.

    adyton scripts/show_records.py FILE...
"""

import sys

from adyton import json


def main(paths):
    for path in paths:
        with open(path, "rb") as file:
            record = json.loads(file.readline())
        print(f"{path}, first record:")
        print(json.dumps(record, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main(sys.argv[1:]))
