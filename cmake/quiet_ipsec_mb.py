"""Copies libIPSec_MB.a without the stores by which its AES-GCM calls reset the library's last error.

    quiet_ipsec_mb.py LIBRARY COPY

Up to version 1.3 each of these calls begins with `mov DWORD PTR [rip + imb_errno], 0`: a store to one
variable of the whole process, whose cache line then goes back and forth between the cores. Two threads
seal messages of 32 bytes at 1.3 times the speed of one; without the store at 1.8 times. (Since 1.4 the
library stores only what differs, and is left as it is.) In the copy a NOP of the same ten bytes stands
in the store's place, and its relocation is one that does nothing; no other byte differs, so that the
archive's index holds. Whoever reads the last error after such a call finds that of an earlier one.

Exits with 0 if the copy is made, or is there already; else with 1, and says why on stderr.
"""

import struct
import sys
from pathlib import Path

STORE = b"\xc7\x05"  # then the variable's address, from the relocation, and the value: 4 bytes each
SKIPPED = b"\x74\x0a"  # before a store: a jump over it, where there is nothing to reset
NOP = bytes.fromhex("662e0f1f840000000000")

SECTION_HEADER, SYMBOL, RELOCATION = struct.Struct("<IIQQQQIIQQ"), struct.Struct("<IBBHQQ"), struct.Struct("<QQq")
X86_64_OBJECT = b"\x01\x00\x3e\x00"  # e_type, e_machine
RELA, EXECUTABLE = 4, 4  # sh_type, sh_flags
PC32 = 2  # r_info; NONE is 0


class Refused(Exception):
    """The library is not one that a copy is made of."""


def members(archive):
    """(begin, end) of each member of an ar archive."""
    if archive[:8] != b"!<arch>\n":
        raise Refused("it is no archive")
    at = 8
    while at < len(archive):
        if archive[at + 58:at + 60] != b"`\n":
            raise Refused(f"the archive has no member at {at}")
        begin, size = at + 60, int(archive[at + 48:at + 58])
        yield begin, begin + size
        at = begin + size + size % 2


def sections_of(member):
    offset, = struct.unpack_from("<Q", member, 40)
    count, = struct.unpack_from("<H", member, 60)
    return [SECTION_HEADER.unpack_from(member, offset + i * SECTION_HEADER.size) for i in range(count)]


def entries(form, member, section):
    """(where, fields) of each entry of a section that is a table."""
    _, _, _, _, offset, size, _, _, _, _ = section
    return ((at, form.unpack_from(member, at)) for at in range(offset, offset + size, form.size))


def symbols_of(member, sections, table):
    """[(name, whether it is defined here)] of a symbol table."""
    names = sections[table[6]][4]

    def name(begin):
        return bytes(member[names + begin:member.index(0, names + begin)])
    return [(name(fields[0]), fields[3] != 0) for _, fields in entries(SYMBOL, member, table)]


def quiet(member):
    """Takes the stores out of one object file; returns how many."""
    if member[:6] != b"\x7fELF\x02\x01" or member[16:20] != X86_64_OBJECT:
        return 0
    sections, stores = sections_of(member), 0
    for section in sections:
        if section[1] != RELA or not sections[section[7]][2] & EXECUTABLE:
            continue
        symbols = symbols_of(member, sections, sections[section[6]])
        if not any(name.startswith(b"aes_gcm_") and defined for name, defined in symbols):
            return 0
        code = sections[section[7]][4]
        for at, (offset, info, addend) in entries(RELOCATION, member, section):
            store = code + offset - len(STORE)
            if (info & 0xffffffff == PC32 and symbols[info >> 32][0] == b"imb_errno" and addend == -8
                    and member[store:store + 2] == STORE and member[store + 6:store + 10] == bytes(4)
                    and member[store - 2:store] != SKIPPED):
                member[store:store + 10] = NOP
                RELOCATION.pack_into(member, at, offset, 0, 0)
                stores += 1
    return stores


def quieted(archive):
    """The archive's copy, and how many stores it lacks."""
    copy, stores = bytearray(archive), 0
    for begin, end in members(archive):
        member = copy[begin:end]
        found = quiet(member)
        if found:
            copy[begin:end] = member
            stores += found
    return copy, stores


def main():
    library, copy = map(Path, sys.argv[1:])
    try:
        content, stores = quieted(library.read_bytes())
        if not stores:
            raise Refused("its AES-GCM calls reset no error")
    except (Refused, ValueError, LookupError, ArithmeticError, struct.error) as error:
        print(error, file=sys.stderr)
        return 1
    if not copy.exists() or copy.read_bytes() != content:
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
