"""Other processes of the same interpreter: virtual environments, multiprocessing, the terminal."""

import os
import pty
import subprocess
import sys
import zipfile

import pytest

POOL = """
import multiprocessing, sys
def square(number):
    import adyton.json
    return number * number, sys.executable
if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        print(pool.map(square, range(3)) == [(n * n, sys.executable) for n in range(3)])
"""


@pytest.fixture(scope="module")
def environment(adyton, tmp_path_factory):
    """A virtual environment made by adyton, with pip."""
    folder = tmp_path_factory.mktemp("environment") / "v"
    done = adyton("-m", "venv", folder, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def run(program, *arguments, **options):
    return subprocess.run([program, *arguments], capture_output=True, text=True, **options)


@pytest.mark.parametrize("name", ["python", "python3", "adyton"])
def test_virtual_environment_has_the_modules_and_its_own_prefix(adyton, environment, name):
    code = ("import sys, adyton.json; print(sys.prefix, sys.executable, sys.base_prefix, "
            "any(p.startswith(sys.prefix) for p in sys.path), sep='|')")
    done = run(environment / "bin" / name, "-c", code)
    executable = str(environment / "bin" / name)
    assert done.stdout.strip().split("|") == [str(environment), executable, sys.base_prefix, "True"]
    assert done.stderr == ""


def make_wheel(folder):
    """A wheel of one module `tiny`, made by hand: nothing but pip itself is needed to install it."""
    wheel = folder / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "answer = 42\n")
        archive.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        archive.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\n"
                                                   "Root-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.dist-info/RECORD", "")
    return wheel


def test_pip_of_a_virtual_environment_installs_into_it(environment, tmp_path):
    done = run(environment / "bin" / "pip", "install", "--no-index", make_wheel(tmp_path))
    assert done.returncode == 0, done.stderr
    where = run(environment / "bin" / "python", "-c", "import tiny; print(tiny.__file__)").stdout
    assert where.startswith(str(environment))


def test_virtual_environment_can_make_another(environment, tmp_path):
    run(environment / "bin" / "python", "-m", "venv", "--without-pip", tmp_path / "w")
    done = run(tmp_path / "w" / "bin" / "python", "-c", "import sys, adyton; print(sys.prefix)")
    assert (done.stdout.strip(), done.stderr) == (str(tmp_path / "w"), "")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("how", ["direct", "python", "environment"])
def test_multiprocessing_runs_adyton_in_its_children(adyton, environment, tmp_path, method, how):
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    start = {"direct": [adyton.path], "python": [adyton.path, "python"],
             "environment": [environment / "bin" / "python"]}[how]
    done = run(*start, script, method, timeout=120)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_concurrent_futures_over_spawned_processes(adyton, tmp_path):
    script = tmp_path / "futures.py"
    script.write_text("import concurrent.futures as f, multiprocessing as m\n"
                      "if __name__ == '__main__':\n"
                      "    with f.ProcessPoolExecutor(2, m.get_context('spawn')) as pool:\n"
                      "        print(list(pool.map(abs, [-1, -2])))\n")
    assert adyton(script).stdout == "[1, 2]\n"


def talk(program, text, home):
    """(exit code, what is printed) of an interactive session in a terminal where `text` is typed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="dumb", PYTHON_BASIC_REPL="1", HOME=str(home))
        os.execv(program, [program])
    os.write(terminal, text.encode())
    output = b""
    try:
        while chunk := os.read(terminal, 4096):
            output += chunk
    except OSError:  # EIO: the other side is closed
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output.decode()


def test_no_argument_in_a_terminal_is_the_interactive_interpreter(adyton, tmp_path):
    code, output = talk(adyton.path, "import adyton.json\n6 * 7\nraise SystemExit(5)\n", tmp_path)
    assert code == 5 and "\r\n42\r\n" in output and "Traceback" not in output
    assert output.count(">>> ") >= 3
    assert "6 * 7" in (tmp_path / ".python_history").read_text().replace("\\040", " ")
