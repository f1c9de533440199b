import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from orchestration.refresh_lock import RefreshBusyError, RefreshLock, current_holder


@pytest.fixture
def other_process(settings):
    """Another process that holds the lock until it is told to stop, or killed."""
    script = f"""
        import pathlib, sys
        from orchestration.refresh_lock import RefreshLock
        from orchestration.settings import Settings
        sys.argv = ["/somewhere/lead-ledger", "refresh", "--full-refresh"]
        settings = Settings(pathlib.Path({str(settings.landing)!r}),
                            pathlib.Path({str(settings.home)!r}))
        with RefreshLock(settings):
            print("held", flush=True)
            sys.stdin.read()
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    if process.poll() is None:
        process.communicate()


def test_the_second_refresh_exits_75_and_names_the_holder(settings, other_process, run_command):
    done = run_command("refresh")

    assert done.returncode == 75
    assert f"pid {other_process.pid} on {os.uname().nodename}" in done.stderr
    assert "`lead-ledger refresh --full-refresh`, since 20" in done.stderr
    assert "Traceback" not in done.stderr
    assert not settings.landing.exists(), "the one turned away has written nothing"


def test_load_is_turned_away_as_well(other_process, run_command):
    assert run_command("load").returncode == 75


def test_the_lock_is_free_when_its_holder_is_done(settings, other_process):
    with pytest.raises(RefreshBusyError) as busy, RefreshLock(settings):
        pass
    assert busy.value.holder.pid == other_process.pid

    other_process.communicate()

    with RefreshLock(settings):
        assert current_holder(settings).pid == os.getpid()
    assert current_holder(settings) is None


def test_the_lock_of_a_killed_process_is_free(settings, other_process):
    other_process.send_signal(signal.SIGKILL)
    other_process.wait()

    holder_file = settings.lock.with_suffix(".holder.json")
    assert json.loads(holder_file.read_text())["pid"] == other_process.pid
    assert current_holder(settings) is None
    with RefreshLock(settings):
        assert json.loads(holder_file.read_text())["pid"] == os.getpid()


def test_its_holder_may_enter_it_again(settings):
    lock = RefreshLock(settings)
    with lock:
        with lock:
            pass
        assert current_holder(settings).pid == os.getpid()
        with pytest.raises(RefreshBusyError), RefreshLock(settings):
            pass


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's service")
def test_dbt_dies_with_a_killed_refresh(settings, tmp_path):
    """A child that writes on would meet the next refresh in the same DuckDB file."""
    (settings.project_root / "dbt_project").mkdir(parents=True)
    script = f"""
        import pathlib, sys, time
        from orchestration.dbt_runner import start_dbt
        from orchestration.settings import Settings
        settings = Settings(pathlib.Path("/nowhere"), pathlib.Path({str(settings.home)!r}),
                            pathlib.Path({str(settings.project_root)!r}))
        child = start_dbt(settings, [sys.executable, "-c", "import time; time.sleep(60)"])
        print(child.pid, flush=True)
        time.sleep(60)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()

    for _ in range(100):
        if not _runs(child):
            break
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a file of the kernel
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
