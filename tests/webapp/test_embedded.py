"""The embedded services and `manage.py up`: they end together, keep their data, and refuse in sentences."""

import fcntl
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
import pytest

from tests.yard import ROOT, Yard, environment_of
from webapp import locks, running

pytestmark = pytest.mark.fault
T = TypeVar("T")


@pytest.fixture(scope="module")
def state_of_these_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    with Yard(tmp_path_factory.mktemp("yard")) as yard:
        yield yard


@pytest.fixture
def yard(state_of_these_tests: Yard) -> Yard:
    """A running `manage.py up` of which a test may kill what it likes: on the same state, it runs again for the next
    one.
    """
    assert state_of_these_tests.process is not None
    if state_of_these_tests.process.poll() is not None:
        state_of_these_tests.start()
    return state_of_these_tests


def test_kill_9_of_the_launcher_leaves_no_process_behind(yard: Yard) -> None:
    processes = yard.processes()
    assert len(processes) >= 4
    assert yard.process is not None
    yard.process.kill()
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive, [process.cmdline() for process in alive]


def test_a_start_after_kill_9_keeps_all_data(yard: Yard) -> None:
    headers = {"Authorization": f"Bearer {yard.token('ada')}"}
    with httpx.Client(base_url=yard.base_url, headers=headers, timeout=30) as client:
        sample = client.post("/api/v1/datasets", json={"sample": "penguins"}).json()
        yard.kill()
        yard.start()
        datasets = client.get("/api/v1/datasets").json()["items"]
    assert [dataset["id"] for dataset in datasets] == [sample["id"]]


def test_everything_ends_when_make_run_is_killed(tmp_path: Path) -> None:
    environment = Yard(tmp_path).environment
    command = ["make", "run"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as make:
        assert make.stdout is not None
        assert any("Sign in" in line for line in make.stdout)
        processes = psutil.Process(make.pid).children(recursive=True)
        make.kill()
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive, [process.cmdline() for process in alive]


def test_ctrl_c_ends_everything_in_order(yard: Yard) -> None:
    processes = yard.processes()
    log = yard.state / "logs" / "postgresql.log"
    earlier = len(log.read_text())
    assert yard.stop() == 0
    assert not [process for process in processes if process.is_running()]
    assert "database system is shut down" in log.read_text()[earlier:]


@pytest.mark.parametrize("words", ["webapp.serve", "valkey", "postgres"])
def test_a_service_that_is_killed_is_started_again(yard: Yard, words: str) -> None:
    first = yard.child(words)
    first.send_signal(signal.SIGKILL)
    psutil.wait_procs([first], timeout=5)
    assert "ada" in _eventually(lambda: yard.manage("createtoken", "ada") and "ada")
    assert _eventually(lambda: yard.child(words).pid) != first.pid


def test_a_second_start_on_the_same_state_is_refused_in_a_sentence(yard: Yard) -> None:
    answer = _up({**yard.environment, "PORT": "1"})
    assert answer.returncode == 1
    assert "Trainyard already runs on" in answer.stderr


def test_signin_names_the_port_of_what_runs_or_the_public_address(yard: Yard) -> None:
    elsewhere = {name: value for name, value in yard.environment.items() if name != "PORT"}
    assert f"http://127.0.0.1:{yard.port}/signin/" in _manage(["signin"], elsewhere).stdout
    public = _manage(["signin"], {**elsewhere, "TRAINYARD_ORIGIN": "https://yard.example"})
    assert public.stdout.startswith("https://yard.example/signin/")


def test_a_port_that_a_killed_start_left_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / locks.UP).touch()
    running.leave_port(tmp_path, 9000)
    assert running.port(tmp_path) is None
    with (tmp_path / locks.UP).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert running.port(tmp_path) == 9000
    assert running.port(tmp_path) is None
    assert running.port(tmp_path / "nothing") is None


@pytest.mark.parametrize("port", ["abc", "0", "99999", "-1", "8000.0"])
def test_a_port_that_is_none_is_refused_in_a_sentence(tmp_path: Path, port: str) -> None:
    answer = _up(environment_of(tmp_path, PORT=port))
    assert answer.returncode == 1
    assert answer.stderr.startswith("PORT must be a number from 1 to 65535")
    assert "Traceback" not in answer.stderr


def test_a_state_folder_that_is_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a folder")
    answer = _up(environment_of(tmp_path / "state"))
    assert answer.returncode == 1
    assert "cannot be made: File exists. Set TRAINYARD_STATE to another one." in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("command", [["signin"], ["createtoken", "ada"], ["drain", "worker"], ["sweep"]])
def test_a_command_without_its_database_says_what_to_start(tmp_path: Path, command: list[str]) -> None:
    answer = _manage(command, environment_of(tmp_path))
    assert answer.returncode == 1
    assert "Start Trainyard first: make run." in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_state_folder_whose_name_has_odd_signs_holds_everything(tmp_path: Path) -> None:
    with Yard(tmp_path / "C#, 100%41 é?x") as yard:
        headers = {"Authorization": f"Bearer {yard.token('ada')}"}
        with httpx.Client(base_url=yard.base_url, headers=headers, timeout=30) as client:
            sample = client.post("/api/v1/datasets", json={"sample": "penguins"}).json()
            _eventually(lambda: _is_ready(client, sample["id"]), seconds=60)
    assert list((yard.state / "artifacts").glob("??/*"))
    assert [path.name for path in tmp_path.iterdir()] == [yard.state.name]


def _is_ready(client: httpx.Client, dataset: str) -> None:
    assert client.get(f"/api/v1/datasets/{dataset}").json()["state"] == "ready"


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = _up(environment_of(tmp_path, PORT=port))
    assert answer.returncode == 1
    assert f"Port {port} is in use" in answer.stderr


def _up(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return _manage(["up"], environment)


def _manage(command: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *command]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def _eventually(ask: Callable[[], T], seconds: float = 20.0) -> T:
    """The answer of ``ask`` as soon as it fails no more."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (AssertionError, subprocess.CalledProcessError, psutil.Error):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
