"""Secrets are compared by one function, which takes as long for what is nearly right.

No measurement of time in a test could tell. So the sources are read: in modules/crypto nothing else
compares memory, and each file that verifies something calls constant_time_equal(), which leaves it to
Crypto++'s VerifyBufsEqual. (Crypto++'s own DecryptAndVerify does so, too.) Run by ctest as
unit.comparisons.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRYPTO = ROOT / "modules" / "crypto"

# Who verifies codes, tags and keys, and how often.
VERIFIERS = {
    "aes_siv.cpp": 2,
    "age/file_key.cpp": 1,
    "age/x25519.cpp": 1,
    "binding/functions.cpp": 1,
    "binding/kdf_types.cpp": 1,
    "fernet.cpp": 1,
    "gcm_odd_nonce.cpp": 1,
    "ipsec_mb_gcm.cpp": 1,
    "ipsec_mb_jobs.cpp": 1,
    "mac.cpp": 1,
    "signature_proto.cpp": 1,
}
# Comparisons of what anybody may know.
PUBLIC = {
    "aes_siv.cpp": "as_text(associated_data[0]) ==",  # is it the last one's again?
    "age/random_access.cpp": "string_view(head.data(), peeked) ==",  # how the file begins
    "binding/checked.h": "string_view(PYBIND11_INTERNALS_ID).find(\"_adyton\") !=",
    "gcm_known_answers.cpp": "std::ranges::equal(",  # published test vectors
    "known_answers.cpp": "as_text(many[i]) !=",  # the same
    "wire.h": "std::memcmp(",  # the prefix with the key id
    "xaes_gcm.cpp": "std::equal(",  # the salt, which stands in the ciphertext
}
FUNCTION = r"\b(?:std::)?(?:memcmp|bcmp|strcmp|strncmp|(?:ranges::)?equal|mismatch)\("
OPERATOR = r"(?:as_text|as_bytes|string_view|string)\([^;]*\)\s*[!=]=|[!=]=\s*(?:as_text|as_bytes)\("
COMPARISON = re.compile(f"{FUNCTION}|{OPERATOR}")
COMMENT = re.compile(r"//[^\n]*")


def problems():
    files = [path for path in sorted(CRYPTO.rglob("*")) if path.suffix in (".h", ".cpp")]
    assert len(files) > 60, "the sources were not found"
    for path in files:
        name = path.relative_to(CRYPTO).as_posix()
        text = COMMENT.sub("", path.read_text())
        for match in COMPARISON.finditer(text):
            if match[0] != PUBLIC.get(name):
                yield f"{name} compares by {match[0]}: secrets are compared by constant_time_equal()"
        calls = len(re.findall(r"\bconstant_time_equal\(", text))
        if not name.startswith("compare.") and calls != VERIFIERS.get(name, 0):
            yield f"{name} calls constant_time_equal() {calls} times, and should {VERIFIERS.get(name, 0)} times"
    if "VerifyBufsEqual(a.data(), b.data(), a.size())" not in (CRYPTO / "compare.cpp").read_text():
        yield "compare.cpp no longer leaves the comparison to VerifyBufsEqual"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found) or "secrets are compared by constant_time_equal() alone")
    sys.exit(bool(found))
