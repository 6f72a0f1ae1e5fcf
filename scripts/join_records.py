"""Joins two NDJSON files on a field of each: prints a pair of lines, as an array, for each match.

    adyton scripts/join_records.py FILE POINTER OTHER_FILE OTHER_POINTER

Pointers are JSON Pointers (RFC 6901). Records without the field are left out. OTHER_FILE is held in
memory, FILE is read line by line; how many pairs there were is said on standard error.
"""

import argparse
import collections
import sys

from adyton import json


def value_at(record, pointer):
    """The value at a pointer as a str, for comparing; None if the record has none."""
    for key in pointer.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(record, list) and key.isdecimal() and int(key) < len(record):
            record = record[int(key)]
        elif isinstance(record, dict) and key in record:
            record = record[key]
        else:
            return None
    return json.dumps(record)


def lines_by_value(path, pointer):
    """{value: [line, ...]} of a file."""
    found = collections.defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            if (value := value_at(json.loads(line), pointer)) is not None:
                found[value].append(line.strip())
    return found


def main():
    parser = argparse.ArgumentParser(description="Join two files of records.")
    for name in ("file", "pointer", "other_file", "other_pointer"):
        parser.add_argument(name)
    options = parser.parse_args()
    others = lines_by_value(options.other_file, options.other_pointer)
    pairs = 0
    with open(options.file, encoding="utf-8") as file:
        for line in file:
            for other in others.get(value_at(json.loads(line), options.pointer), ()):
                print(f"[{line.strip()}, {other}]")
                pairs += 1
    print(f"{pairs:,} pairs", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
