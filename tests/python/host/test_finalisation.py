"""The end of the process while native work is under way."""

DAEMONS = """
import adyton.crypto, threading, time
def derive(cost):
    while True:
        adyton.crypto.scrypt(b"password", salt=b"salt of a password", n=cost, r=8, p=1)
for cost in (16384, 16384, 1024, 1024, 2, 2):
    threading.Thread(target=derive, args=(cost,), daemon=True).start()
time.sleep(0.1)
"""


def test_daemon_threads_in_native_code_do_not_disturb_the_exit(adyton):
    for _ in range(5):
        done = adyton("-c", DAEMONS + "raise SystemExit(3)")
        assert (done.returncode, done.stderr) == (3, "")


def test_exit_waits_for_threads_that_are_no_daemons(adyton):
    code = DAEMONS.replace("daemon=True", "daemon=False").replace("while True", "for _ in range(2)")
    done = adyton("-c", code + "import atexit; atexit.register(print, 'end')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_forked_child_exits_although_its_parent_computes(adyton):
    code = DAEMONS + ("import os\n"
                      "child = os.fork()\n"
                      "if child == 0: raise SystemExit(4)\n"
                      "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n")
    assert adyton("-W", "ignore", "-c", code).returncode == 4
