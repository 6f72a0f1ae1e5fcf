"""loads_lines of a text cut into pieces anywhere, against cutting it into lines and loading each.

The input's first byte chooses options, the second the kind of source, the next eight where to cut;
the rest is the text.
"""

import io
import json as standard

from adyton import json as ours

MOST = 2048
BOM = b"\xef\xbb\xbf"


def pieces_of(data, cuts):
    """The text in pieces, whose sizes are the cuts in turn; some are empty."""
    at, pieces = 0, []
    while at < len(data):
        for cut in cuts:
            pieces.append(data[at:at + cut])
            at += cut
        at += not any(cuts) and len(data)
    return pieces


class Trickle(io.RawIOBase):
    """A file that gives less than it is asked for."""

    def __init__(self, pieces):
        self.pieces = [piece for piece in pieces if piece]

    def readable(self):
        return True

    def read(self, size=-1):
        if not self.pieces:
            return b""
        piece = self.pieces.pop(0)
        if 0 <= size < len(piece):
            self.pieces.insert(0, piece[size:])
        return piece[:size] if size >= 0 else piece


def source_of(data, kind, cuts):
    kind %= 7
    if kind == 0:
        return data
    if kind == 1:
        return memoryview(data)
    if kind == 2:
        return io.BytesIO(data)
    if kind == 3:
        return Trickle(pieces_of(data, [cut or 1 for cut in cuts]))
    if kind == 4:
        return iter(pieces_of(data, [cut if any(cuts) else 1 for cut in cuts]))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    return text if kind == 5 else iter(pieces_of(text, [cut if any(cuts) else 1 for cut in cuts]))


def expected_of(data, options):
    """Values, and of each bad line its number and where it begins."""
    values, faults, offset = [], [], 0
    if data.startswith(BOM):
        data, offset = data[len(BOM):], len(BOM)
    for number, line in enumerate(data.split(b"\n"), 1):
        bare = line.removesuffix(b"\r")
        if bare.strip(b" \t\r\n"):
            try:
                text = bare.decode("utf-8", "surrogatepass")
                if text.startswith("\ufeff"):
                    raise ValueError
                values.append(ours.loads(text, **options))
            except (ValueError, RecursionError):
                faults.append((number, offset, bare))
        offset += len(line) + 1
    return values, faults


def demand(holds, *facts):
    if not holds:
        raise AssertionError(facts)


def check_errors(errors, faults, facts):
    demand([error.line for error in errors] == [number for number, _, _ in faults], facts)
    for error, (_, offset, line) in zip(errors, faults, strict=True):
        demand(isinstance(error, standard.JSONDecodeError), facts)
        demand(offset <= error.offset <= offset + len(line), facts, error.offset, offset)


def read_raising(reader):
    """All the values and all the errors: the iterator goes on behind each."""
    values, errors = [], []
    while True:
        try:
            values.append(next(reader))
        except StopIteration:
            return values, errors
        except ours.LineError as error:
            errors.append(error.with_traceback(None))  # else it keeps this list


def check(data):
    if not 10 <= len(data) <= MOST:
        return
    options = [{}, {"strict": False}, {"allow_nan": False}, {"parse_float": str},
               {"object_pairs_hook": list}][data[0] % 5]
    kind, cuts, data = data[1], [byte % 70 for byte in data[2:10]], data[10:]
    facts = data, kind, cuts, options
    values, faults = expected_of(data, options)

    collecting = ours.loads_lines(source_of(data, kind, cuts), errors="collect", **options)
    got = list(collecting)
    demand(repr(got) == repr(values), facts, got, values)
    check_errors(collecting.errors, faults, facts)

    reader = ours.loads_lines(source_of(data, kind, cuts), **options)
    got, errors = read_raising(reader)
    demand(repr(got) == repr(values), facts, got, values)
    check_errors(errors, faults, facts)
    if not options:
        text = ours.dumps_lines(values)
        demand(text == "".join(standard.dumps(value) + "\n" for value in values), facts)
        demand(repr(list(ours.loads_lines(text))) == repr(values), facts)
