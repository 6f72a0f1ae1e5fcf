"""The copy of IPsec-MB that is linked (cmake/quiet_ipsec_mb.py) lacks the stores and differs in nothing else.

    quiet_ipsec_mb_test.py LIBRARY

What the copy then does, quiet_ipsec_mb_test.cpp sees. Run by ctest as unit.quiet_ipsec_mb.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "cmake" / "quiet_ipsec_mb.py"
STORE = b"\xc7\x05" + bytes(8)  # as it is before it is linked
NOP = bytes.fromhex("662e0f1f840000000000")
MEMBER = b"a.o/".ljust(16) + b"0".ljust(12) + b"0".ljust(6) + b"0".ljust(6) + b"644".ljust(8)


def run(library, copy):
    return subprocess.run([sys.executable, "-I", SCRIPT, library, copy], capture_output=True, text=True)


def other_files_are_refused(folder):
    archive = b"!<arch>\n" + MEMBER
    for content in (b"", b"no archive", b"!<thin>\n", b"!<arch>\n", b"!<arch>\nno member", archive + b"x",
                    archive + b"4".ljust(10) + b"`\ntext", archive + b"64".ljust(10) + b"`\n\x7fELF\x02\x01" + bytes(10)
                    + b"\1\0\x3e\0" + b"\xff" * 44):
        library, copy = folder / "library", folder / "other.a"
        library.write_bytes(content)
        done = run(library, copy)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, (content, done)
        assert not copy.exists(), content


def the_copy_lacks_the_stores(library, folder):
    copy = folder / "deeper" / "copy.a"
    done = run(library, copy)
    if done.returncode == 1:
        print(f"SKIPPED: no copy is made of {library}: {done.stderr}")
        return
    assert done.returncode == 0, done
    before, after = library.read_bytes(), bytearray(copy.read_bytes())
    assert len(before) == len(after)
    stores, at = 0, after.find(NOP)
    while at >= 0:
        if before[at:at + 10] != NOP:
            assert before[at:at + 10] == STORE, at
            after[at:at + 10] = STORE
            stores += 1
        at = after.find(NOP, at + 1)
    assert stores > 0
    # What else differs are the relocations: their kind and symbol, and the addend -8.
    differing = [i for i in range(len(after)) if after[i] != before[i]] if after != before else []
    assert all(after[i] == 0 for i in differing)
    assert [before[i] for i in differing].count(0xf8) == stores
    written = copy.stat().st_mtime_ns
    assert run(library, copy).returncode == 0 and copy.stat().st_mtime_ns == written, "what is there is left"


def main():
    with tempfile.TemporaryDirectory() as folder:
        other_files_are_refused(Path(folder))
        the_copy_lacks_the_stores(Path(sys.argv[1]), Path(folder))


main()
