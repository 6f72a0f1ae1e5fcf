"""adyton seal, adyton open, adyton keys identity: files, pipes, passphrases, and the age program."""

import fcntl
import os
import pty
import random
import shutil
import signal
import stat
import subprocess
import sys
import termios
import time

import pytest

CHUNK = 65536
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 32 * CHUNK, 32 * CHUNK + 1, 70 * CHUNK + 7]


@pytest.fixture
def text():
    return random.Random(5).randbytes(3 * CHUNK + 100)


@pytest.fixture
def recipient(work):
    """The recipient of key.txt, which is made."""
    done = work.adyton("keys", "identity", "-o", "key.txt")
    return done.stdout.decode().strip()


@pytest.fixture
def age():
    program = shutil.which("age")
    if program is None:
        pytest.skip("there is no age here: apt-get install age")
    return program


def in_terminal(command, answers, *, cwd):
    """Runs a command that has a terminal of its own; gives each answer after a prompt of it. Its exit
    code and what the terminal showed."""
    master, slave = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=slave, preexec_fn=take_terminal)
    os.close(slave)
    shown = b""
    try:
        for answer in answers:
            prompt = b""
            while not prompt.rstrip().endswith(b":"):
                prompt += os.read(master, 1000)
            shown += prompt
            time.sleep(0.1)  # a terminal whose echo is just being turned off forgets what was typed
            os.write(master, answer)
        while piece := os.read(master, 1000):
            shown += piece
    except OSError:
        pass  # the other side has gone
    os.close(master)
    return process.wait(timeout=60), shown


def test_an_identity_is_made_private_and_tells_its_recipient(work, recipient):
    assert stat.S_IMODE((work / "key.txt").stat().st_mode) == 0o600
    lines = (work / "key.txt").read_text().splitlines()
    assert lines[0].startswith("# created: 20") and lines[1] == f"# public key: {recipient}"
    assert lines[2].startswith("AGE-SECRET-KEY-1") and len(lines) == 3
    assert work.adyton("keys", "identity", "--recipient", "key.txt").stdout.decode() == recipient + "\n"
    before = (work / "key.txt").read_bytes()
    done = work.adyton("keys", "identity", "-o", "key.txt", code=1)
    assert b"key.txt exists" in done.stderr and (work / "key.txt").read_bytes() == before
    done = work.adyton("keys", "identity")
    assert b"AGE-SECRET-KEY-1" in done.stdout and b"AGE-SECRET" not in done.stderr
    assert b"recipient: age1" in done.stderr


@pytest.mark.parametrize("size", SIZES)
def test_files_and_pipes_go_round(work, recipient, size):
    text = random.Random(size).randbytes(size)
    (work / "a.txt").write_bytes(text)
    work.adyton("seal", "-r", recipient, "a.txt")
    assert stat.S_IMODE((work / "a.txt.age").stat().st_mode) == 0o600
    assert work.adyton("open", "-i", "key.txt", "a.txt.age").stdout == text
    work.adyton("open", "-i", "key.txt", "-o", "b.txt", "a.txt.age")
    assert (work / "b.txt").read_bytes() == text
    assert stat.S_IMODE((work / "b.txt").stat().st_mode) == 0o600
    piped = work.adyton("seal", "-a", "-r", recipient, input=text).stdout
    assert piped.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert work.adyton("open", "-i", "key.txt", "-", input=piped).stdout == text
    assert work.adyton("open", "--threads", "1", "-i", "key.txt", input=piped).stdout == text


def test_several_recipients_and_files_of_them(work, recipient):
    other = work.adyton("keys", "identity", "-o", "other.txt").stdout.decode().strip()
    work.adyton("keys", "identity", "-o", "stranger.txt")
    (work / "team.txt").write_text(f"# the team\n{other}\n")
    sealed = work.adyton("seal", "-r", recipient, "-R", "team.txt", input=b"text").stdout
    for key in ("key.txt", "other.txt"):
        assert work.adyton("open", "-i", "stranger.txt", "-i", key, input=sealed).stdout == b"text"
    done = work.adyton("open", "-i", "stranger.txt", input=sealed, code=1)
    assert done.stdout == b"" and done.stderr == b"adyton open: standard input: decryption failed\n"


def test_a_passphrase_comes_from_a_descriptor(work, text):
    (work / "pass").write_text("correct horse\n")
    (work / "a.txt").write_bytes(text)
    with open(work / "pass", "rb") as passphrase:
        number = passphrase.fileno()
        work.adyton("seal", "--work-factor", "4", "--passphrase-fd", str(number), "a.txt",
                    pass_fds=[number])
        passphrase.seek(0)
        done = work.adyton("open", "--passphrase-fd", str(number), "a.txt.age", pass_fds=[number])
        assert done.stdout == text
        done = work.adyton("open", "--passphrase-fd", str(number), "a.txt.age", pass_fds=[number],
                           code=1)
        assert b"the passphrase is empty" in done.stderr
        passphrase.seek(0)
        done = work.adyton("open", "--max-work-factor", "3", "--passphrase-fd", str(number),
                           "a.txt.age", pass_fds=[number], code=1)
        assert b"work factor of 4, and no more than 3 is allowed" in done.stderr


def test_a_passphrase_is_typed_unseen_and_twice(work, text):
    (work / "a.txt").write_bytes(text)
    program = sys.executable
    code, shown = in_terminal([program, "seal", "--work-factor", "4", "-p", "a.txt"],
                              [b"pass\x7f\x7fss w\xc3\xa9rd\n"] * 2,
                              cwd=work.folder)
    assert (code, b"rd" in shown, shown.count(b":")) == (0, False, 2), shown
    code, shown = in_terminal([program, "open", "-p", "-o", "b.txt", "a.txt.age"],
                              ["pass wérd\n".encode()], cwd=work.folder)
    assert code == 0 and (work / "b.txt").read_bytes() == text
    code, shown = in_terminal([program, "seal", "--work-factor", "4", "-p", "-o", "c.age", "a.txt"],
                              [b"one\n", b"two\n"],
                              cwd=work.folder)
    assert code == 1 and b"the two passphrases differ" in shown
    code, shown = in_terminal([program, "open", "-p", "a.txt.age"], [b"pass\x03"], cwd=work.folder)
    assert code == 75 and b"interrupted" in shown
    assert work.names() == {"a.txt", "a.txt.age", "b.txt"}
    done = work.adyton("open", "-p", "a.txt.age", code=1, start_new_session=True)
    assert b"there is no terminal to type the passphrase on" in done.stderr


def test_what_fails_leaves_no_file(work, recipient, text):
    (work / "a.txt").write_bytes(text)
    work.adyton("seal", "-r", recipient, "a.txt")
    sealed = bytearray((work / "a.txt.age").read_bytes())
    sealed[-1] ^= 1
    (work / "bad.age").write_bytes(sealed)
    done = work.adyton("open", "-i", "key.txt", "-o", "out", "bad.age", code=1)
    assert done.stderr == b"adyton open: bad.age: decryption failed\n"
    done = work.adyton("open", "-i", "key.txt", "-o", "out", "a.txt", code=1)
    assert done.stderr == b"adyton open: a.txt: is no age file\n"
    work.adyton("open", "-i", "key.txt", "-o", "out", "none.age", code=1)
    done = work.adyton("open", "-i", "key.txt", "-o", "none/out", "a.txt.age", code=1)
    assert b"none/out" in done.stderr
    done = work.adyton("seal", "-r", recipient, "-o", "out", ".", code=1)
    assert b"Is a directory" in done.stderr
    assert work.names() == {"a.txt", "a.txt.age", "bad.age", "key.txt"}


def test_only_verified_chunks_reach_a_pipe(work, recipient):
    text = random.Random(1).randbytes(100 * CHUNK)
    sealed = bytearray(work.adyton("seal", "-r", recipient, input=text).stdout)
    sealed[-(20 * CHUNK)] ^= 1
    done = work.adyton("open", "-i", "key.txt", input=bytes(sealed), code=1)
    assert text.startswith(done.stdout) and len(done.stdout) <= 80 * CHUNK
    assert b"decryption failed" in done.stderr


def test_a_file_that_is_there_stays_without_force(work, recipient):
    (work / "a.txt").write_bytes(b"text")
    (work / "a.txt.age").write_bytes(b"precious")
    done = work.adyton("seal", "-r", recipient, "a.txt", code=1)
    assert b"a.txt.age exists; replace it with --force" in done.stderr
    assert (work / "a.txt.age").read_bytes() == b"precious"
    work.adyton("seal", "--force", "-r", recipient, "a.txt")
    assert work.adyton("open", "-i", "key.txt", "a.txt.age").stdout == b"text"
    done = work.adyton("open", "-f", "-i", "key.txt", "-o", "/dev/null", "a.txt.age", code=1)
    assert b"/dev/null is no regular file" in done.stderr and os.path.exists("/dev/null")


@pytest.mark.parametrize("arguments, message", [
    (["seal", "a"], "for whom? give -r RECIPIENT, -R FILE or -p"),
    (["seal", "-p", "-r", "age1x", "a"], "choose one: recipients or a passphrase"),
    (["open", "a"], "with what? give -i IDENTITY or -p"),
    (["open", "-p", "-i", "key", "a"], "choose one: identities or a passphrase"),
    (["seal", "-r", "age1x", "a", "b"], "takes one file"),
    (["seal", "-r", "age1x", "--threads", "0", "a"], "--threads takes 1 to 256"),
    (["seal", "-r", "age1x", "-o", "", "a"], "the name of a file is empty"),
    (["seal", "-p", "--work-factor", "31"], "--work-factor takes 1 to 30"),
    (["seal", "--passphrase-fd", "0"], "descriptor 0 is standard input"),
    (["open", "--max-work-factor", "31", "-p", "a"], "--max-work-factor takes 1 to 30"),
    (["keys", "identity", "-o", "a", "--recipient", "b"], "choose one: -o or --recipient"),
])
def test_wrong_usage_is_told(work, arguments, message):
    done = work.adyton(*arguments, code=2)
    assert message in done.stderr.decode()
    assert work.names() == set()


def test_wrong_keys_are_told_without_a_secret(work, recipient):
    (work / "a.txt").write_bytes(b"text")
    secret = (work / "key.txt").read_text().splitlines()[2]
    done = work.adyton("seal", "-r", secret, "a.txt", code=1)
    assert b"an identity stands where a recipient" in done.stderr
    assert secret[20:40].encode() not in done.stderr
    (work / "bad.txt").write_text(f"# mine\n{secret[:-1]}\n")
    (work / "bad.txt").chmod(0o600)
    done = work.adyton("open", "-i", "bad.txt", "a.txt", code=1)
    assert b"bad.txt:2: is no identity" in done.stderr and secret[20:40].encode() not in done.stderr
    (work / "key.txt").chmod(0o644)
    done = work.adyton("open", "-i", "key.txt", "a.txt", code=1)
    assert b"can be read by others; run: chmod 600 key.txt" in done.stderr
    assert work.names() == {"a.txt", "bad.txt", "key.txt"}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_temporary_file(work, recipient, ending):
    process = subprocess.Popen([sys.executable, "seal", "-r", recipient, "-o", "out.age"],
                               cwd=work.folder, stdin=subprocess.PIPE)
    while not any(name.endswith(".tmp") for name in work.names()):
        time.sleep(0.01)
    process.send_signal(ending)
    assert process.wait(timeout=60) == -ending
    process.stdin.close()
    assert work.names() == {"key.txt"}


def peak_of(pid):
    """A process's peak memory in KiB, of its own program alone (ru_maxrss would count in what its
    parent had when it was forked); 0 when it has ended."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def test_memory_is_bounded(work, recipient):
    with open(work / "large", "wb") as file:
        file.truncate(300 << 20)
    for command in (["seal", "-r", recipient, "large"],
                    ["open", "-i", "key.txt", "-o", "again", "large.age"]):
        with subprocess.Popen([sys.executable, *command], cwd=work.folder) as process:
            most = 0
            while process.poll() is None:
                most = max(most, peak_of(process.pid))
                time.sleep(0.005)
        assert process.returncode == 0 and most
        # What the sanitizers take is not the program's.
        if "asan" not in sys.executable:
            assert most <= 64 << 10, f"{most} KiB"


# The age program, both ways.


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("armor", [[], ["-a"]])
def test_age_opens_what_adyton_sealed_and_the_reverse(work, recipient, age, size, armor):
    text = random.Random(size).randbytes(size)
    other = work.adyton("keys", "identity", "-o", "other.txt").stdout.decode().strip()
    (work / "a").write_bytes(text)
    work.adyton("seal", *armor, "-r", recipient, "-r", other, "-o", "ours.age", "a")
    for key in ("key.txt", "other.txt"):
        opened = subprocess.run([age, "-d", "-i", key, "ours.age"], cwd=work.folder,
                                capture_output=True, check=True)
        assert opened.stdout == text
    subprocess.run([age, *armor, "-r", other, "-r", recipient, "-o", "theirs.age", "a"],
                   cwd=work.folder, check=True)
    for key in ("key.txt", "other.txt"):
        assert work.adyton("open", "-i", key, "theirs.age").stdout == text


def test_keys_of_age_keygen_are_taken_and_ours_by_it(work, recipient, age):
    subprocess.run(["age-keygen", "-o", "theirs.txt"], cwd=work.folder, check=True, capture_output=True)
    theirs = work.adyton("keys", "identity", "--recipient", "theirs.txt").stdout
    assert subprocess.run(["age-keygen", "-y", "theirs.txt"], cwd=work.folder, check=True,
                          capture_output=True).stdout == theirs
    assert subprocess.run(["age-keygen", "-y", "key.txt"], cwd=work.folder, check=True,
                          capture_output=True).stdout.decode().strip() == recipient


def test_passphrases_go_both_ways_with_age(work, text, age):
    (work / "a").write_bytes(text)
    (work / "pass").write_text("correct horse battery")
    with open(work / "pass", "rb") as passphrase:
        number = passphrase.fileno()
        work.adyton("seal", "--work-factor", "4", "--passphrase-fd", str(number), "-o", "ours.age", "a",
                    pass_fds=[number])
        code, _ = in_terminal([age, "-d", "-o", "opened", "ours.age"], [b"correct horse battery\n"],
                              cwd=work.folder)
        assert code == 0 and (work / "opened").read_bytes() == text
        code, _ = in_terminal([age, "-p", "-o", "theirs.age", "a"], [b"correct horse battery\n"] * 2,
                              cwd=work.folder)
        assert code == 0
        passphrase.seek(0)
        done = work.adyton("open", "--passphrase-fd", str(number), "theirs.age", pass_fds=[number])
        assert done.stdout == text


def test_the_passphrase_of_a_keyring_is_typed(work):
    program = sys.executable

    def typed(*command, answers):
        return in_terminal([program, "keys", *command], [answer + b"\n" for answer in answers],
                           cwd=work.folder)

    code, shown = typed("new", "k.age", "--work-factor", "4", "-p", answers=[b"one two", b"one two"])
    assert code == 0 and b"New passphrase: " in shown and b"one two" not in shown, shown
    assert (work / "k.age").read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    code, shown = typed("rotate", "k.age", "-p", "--work-factor", "4", answers=[b"one two"])
    assert code == 0 and b"Passphrase: " in shown, shown
    code, shown = typed("convert", "k.age", "-p", "--work-factor", "4", "--to-passphrase", answers=[b"one two", b"x", b"x"])
    assert code == 0 and shown.index(b"Passphrase: ") < shown.index(b"New passphrase: ")
    code, shown = typed("list", "k.age", "-p", answers=[b"one two"])
    assert code == 1 and b"k.age: decryption failed" in shown, shown
    code, shown = typed("list", "k.age", "-p", answers=[b"x\x03"])
    assert code == 75 and b"interrupted" in shown, shown
    code, shown = typed("new", "l.age", "-p", answers=[b"x", b"y"])
    assert code == 1 and b"the two passphrases differ" in shown and work.names() == {"k.age"}
    done = work.adyton("keys", "list", "k.age", "-p", code=1, start_new_session=True)
    assert b"there is no terminal to type the passphrase on" in done.stderr
    done = work.adyton("keys", "list", "k.age", "-p", "--passphrase-env", "X", code=1)
    assert b"choose one: --passphrase or --passphrase-env" in done.stderr
