"""Says how a file of records differs from the one it was made from, line by line.

    adyton scripts/compare_records.py ORIGINAL DERIVED

DERIVED may lack lines of ORIGINAL (dead letters are missing from an output), but every line it has
must be one of ORIGINAL's, byte for byte and in the same order: then the exit code is 0, else 1.
"""

import sys


def compare(original, derived):
    """Walks through both iterables of lines once.

    Returns (lines of `derived` found in `original`, numbers of the lines of `original` that were
    passed over, the number of the first line of `derived` that is not in the rest of `original`, or
    None). Numbers count from 1.
    """
    lines = enumerate(original, start=1)
    missing = []
    found = 0
    for wanted in derived:
        for number, line in lines:
            if line == wanted:
                found += 1
                break
            missing.append(number)
        else:
            return found, missing, found + 1
    missing.extend(number for number, _ in lines)
    return found, missing, None


def main(original, derived):
    with open(original, "rb") as a, open(derived, "rb") as b:
        found, missing, stranger = compare(a, b)
    if stranger is not None:
        print(f"{derived}: line {stranger:,} is not in {original} (or not in this order)")
        return 1
    print(f"{derived}: {found:,} lines, each byte for byte as in {original}")
    if missing:
        shown = ", ".join(f"{number:,}" for number in missing[:10])
        print(f"    not in it: {len(missing):,} lines ({shown}{', ...' if len(missing) > 10 else ''})")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
