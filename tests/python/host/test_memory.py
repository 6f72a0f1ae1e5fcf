"""The allocator under Python's objects: what can be seen of it is as it is under Python's own."""

import os
import re
import signal

import pytest

# A sanitizer's malloc would end the process where there is no memory, and holds freed memory back.
LIKE_MALLOC = {"ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=1"}


def environment(**variables):
    """The environment of these tests, without what chooses an allocator, and with `variables`."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONMALLOC"} | variables


def run(program, code, *options, **variables):
    return program(*options, "-c", code, env=environment(**variables))


def numbers(done):
    assert done.returncode == 0, done.stderr
    return [int(text) for text in done.stdout.split()]


BLOCKS = """
import sys, gc
counts = [sys.getallocatedblocks()]
small = [object() for _ in range(100_000)]
counts.append(sys.getallocatedblocks())
medium = [bytes(1000) for _ in range(10_000)]
counts.append(sys.getallocatedblocks())
large = [bytes(100_000) for _ in range(100)]
counts.append(sys.getallocatedblocks())
huge = [bytes(9_000_000) for _ in range(40)]
counts.append(sys.getallocatedblocks())
grown = []
for number in range(100_000):
    grown.append(None)
del small, medium, large, huge, grown, number
counts.append(sys.getallocatedblocks())
print(*counts)
"""


def test_getallocatedblocks_counts_as_python_does(adyton, reference):
    ours, theirs = numbers(run(adyton, BLOCKS)), numbers(run(reference, BLOCKS))
    assert ours[0] == pytest.approx(theirs[0], rel=0.2)
    for index, made in ((1, 100_000), (2, 10_000), (3, 100), (4, 40)):
        assert ours[index] - ours[index - 1] == pytest.approx(made, abs=20)
    assert ours[5] - ours[0] == pytest.approx(theirs[5] - theirs[0], abs=20)


WORK = """
import sys
data = {str(number): [number] * (number % 50) for number in range(20_000)}
for number in range(0, 20_000, 3):
    data[str(number)] = None
print(sum(len(value or ()) for value in data.values()), sys.getallocatedblocks() > 0)
"""


@pytest.mark.parametrize("name", ["default", "malloc", "pymalloc", "debug", "malloc_debug", "pymalloc_debug"])
def test_pythonmalloc_chooses_the_allocator(adyton, reference, name):
    ours, theirs = (run(program, WORK, PYTHONMALLOC=name) for program in (adyton, reference))
    assert (ours.stdout, ours.stderr, ours.returncode) == (theirs.stdout, theirs.stderr, 0)
    assert (name in ("malloc", "malloc_debug")) == ("False" in ours.stdout)


# Uses a block, well or as a broken extension may.
BROKEN = """
import ctypes
allocate, free = ctypes.pythonapi.{0}_Malloc, ctypes.pythonapi.{0}_Free
allocate.restype, allocate.argtypes, free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
block = allocate({1})
{2}
free(block)
"""


@pytest.mark.parametrize("domain", ["PyObject", "PyMem"])
@pytest.mark.parametrize("size", [40, 1500, 10_000])
def test_development_mode_finds_a_write_past_a_block(adyton, domain, size):
    code = BROKEN.format(domain, size, f"ctypes.memset(block + {size}, 1, 1)")
    done = run(adyton, code, "-X", "dev")
    assert done.returncode == -signal.SIGABRT
    assert "bad trailing pad byte" in done.stderr
    assert run(adyton, BROKEN.format(domain, size, ""), "-X", "dev").returncode == 0


TRACED = """
import tracemalloc
{0}
kept = [bytes(100) for _ in range(1000)] + [bytes(5000) for _ in range(100)]
print(*tracemalloc.get_traced_memory())
here = tracemalloc.Filter(True, "<string>", 4)
top, = tracemalloc.take_snapshot().filter_traces([here]).statistics("lineno")
print(top.count, top.size)
del kept
print(tracemalloc.get_traced_memory()[0] < 50_000)
"""


def test_tracemalloc_sees_every_block(adyton, reference):
    code = TRACED.format("tracemalloc.start()")
    ours, theirs = (run(program, code).stdout.split() for program in (adyton, reference))
    assert ours[-1] == theirs[-1] == "True"
    assert [int(n) for n in ours[:4]] == pytest.approx([int(n) for n in theirs[:4]], rel=0.02)
    code = TRACED.format("")
    from_the_start = run(adyton, code, "-X", "tracemalloc").stdout.split()
    assert int(from_the_start[2]) == pytest.approx(int(ours[2]), abs=10)
    assert from_the_start[-1] == "False"  # the interpreter's own blocks are traced, too


def test_statistics_tell_what_is_in_use(adyton):
    done = run(adyton, "import sys; kept = [bytes(440) for _ in range(9000)]; sys._debugmallocstats()")
    assert done.returncode == 0
    assert re.search(r"^\D*\d*\s+480\s+\d+\s+9\d\d\d\b", done.stderr, re.MULTILINE), done.stderr
    at_exit = run(adyton, "pass", PYTHONMALLOCSTATS="1")
    assert at_exit.returncode == 0
    assert re.search(r"^\D*\d*\s+64\s+\d+\s+\d+\b", at_exit.stderr, re.MULTILINE)


FORK = """
import gc, os
def churn(count):
    kept = {}
    for number in range(count):
        kept[number % 5000] = (str(number), [number] * (number % 30))
    return sum(len(value[1]) for value in kept.values())
expected = churn(20_000)
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(0 if churn(20_000) == expected else 1)
    assert churn(20_000) == expected
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print("whole")
"""


def test_a_forked_child_and_its_parent_go_on_apart(adyton):
    done = run(adyton, FORK)
    assert (done.stdout, done.stderr) == ("whole\n", "")


DIRTY = """
import gc, os
kept = [(str(number), number + 0.5) for number in range(200_000)]
gc.collect()
gc.freeze()
read, write = os.pipe()
if os.fork() == 0:
    made = [object() for _ in range(1000)]
    with open("/proc/self/smaps_rollup") as file:
        os.write(write, next(line.split()[1] for line in file if "Private_Dirty" in line).encode())
    os._exit(0)
print(os.read(read, 100).decode())
os.wait()
"""


def test_an_idle_forked_child_shares_its_memory(adyton, reference):
    ours, theirs = (numbers(run(program, DIRTY))[0] for program in (adyton, reference))
    assert ours < theirs + 2500  # KiB


LIMIT = """
import resource
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (64 << 20),) * 2)
def fill(make):
    kept = []
    try:
        while True:
            kept.append(make())
    except MemoryError:
        return len(kept)
for _ in range(2):
    print(fill(lambda: bytearray(200)) > 50_000, fill(lambda: bytes(3000)) > 5_000, fill(lambda: [0] * 9) > 50_000)
"""


def test_memory_error_where_the_address_space_is_limited(adyton):
    done = run(adyton, LIMIT, **LIKE_MALLOC)
    assert (done.stdout, done.stderr) == ("True True True\n" * 2, "")


GIVEN_BACK = """
import gc
def resident():
    with open("/proc/self/smaps_rollup") as file:
        sizes = {line.split()[0]: int(line.split()[1]) for line in file if line.endswith("kB\\n")}
    return sizes["Rss:"] - sizes["LazyFree:"] >> 10  # what the system cannot have back at will
before = resident()
kept = [(number, str(number)) for number in range(1_500_000)]
full = resident()
del kept
gc.collect()
print(full - before, resident() - before)
"""


def test_memory_of_dropped_objects_goes_back_to_the_system(adyton):
    full, after = numbers(run(adyton, GIVEN_BACK, **LIKE_MALLOC))
    assert full > 150
    assert after < 40  # MiB


THREADS = """
import sys, threading
sys.setswitchinterval(1e-5)
results = []
def churn(seed):
    kept, total = [], 0
    for number in range(30_000):
        kept.append([seed] * (number % 20))
        if len(kept) > 500:
            old = kept.pop(number % 400)
            total += all(value == seed for value in old)
    results.append(total)
threads = [threading.Thread(target=churn, args=(seed,)) for seed in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(results == [29_500] * 4)
"""


def test_threads_keep_their_objects_apart(adyton):
    done = run(adyton, THREADS)
    assert (done.stdout, done.stderr) == ("True\n", "")


RESIZED = """
import random
random.seed(3)
arrays, copies = [bytearray() for _ in range(300)], [b""] * 300
for step in range(60_000):
    n = random.randrange(300)
    if len(copies[n]) > 9000 or random.random() < 0.3:
        copies[n] = copies[n][:random.randrange(len(copies[n]) + 1)]
        del arrays[n][len(copies[n]):]
    else:
        more = bytes([step % 256]) * random.randrange(700)
        copies[n] += more
        arrays[n] += more
print(all(array == copy for array, copy in zip(arrays, copies)))
"""


def test_what_grows_and_shrinks_keeps_its_contents(adyton):
    done = run(adyton, RESIZED)
    assert (done.stdout, done.stderr) == ("True\n", "")


RESIZED_LARGE = """
import os, random
random.seed(4)
MIB = 1 << 20
sizes = [0, 1000, 5 * MIB, 8 * MIB - 100, 8 * MIB + 100, 13 * MIB, 40 * MIB]
pattern = random.randbytes(MIB + 7)
expected = (pattern * 40)[:40 * MIB]
for step in range(24):
    array, other = bytearray(), bytearray(expected[:random.choice(sizes)])
    for size in random.sample(sizes, 4):
        if size < len(array):
            del array[size:]
        else:
            array += expected[len(array):size]
        assert array == expected[:size]
    assert other == expected[:len(other)]
    assert not any(bytearray(9 * MIB))
    numbers = list(range(1_100_000))
    numbers.extend(range(step * 20_000))
    assert sum(numbers[1_100_000:]) == sum(range(step * 20_000))
    if step % 8 == 0 and os.fork() == 0:
        assert array == expected[:size] and not any(bytearray(9 * MIB))
        os._exit(0)
    if step % 8 == 0:
        assert os.wait()[1] == 0
print("whole")
"""


def test_large_objects_keep_their_contents_as_they_grow_shrink_and_go(adyton):
    done = run(adyton, RESIZED_LARGE)
    assert (done.stdout, done.stderr) == ("whole\n", "")


KEPT = """
import gc
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) >> 8
before = resident()
for size, count in (20, 3), (60, 4), (150, 1), (90, 2), (300, 1), (64, 5):
    kept = [bytearray(size << 20) for _ in range(count)]
    del kept
print(resident() - before)
"""


def test_of_large_objects_some_memory_is_kept_and_no_more(adyton):
    (after,) = numbers(run(adyton, KEPT, **LIKE_MALLOC))
    assert after < 270  # MiB
