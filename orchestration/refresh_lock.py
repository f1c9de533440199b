"""One writer at a time: the lock from the load to the flip, and the name of who holds it."""

import json
import os
import shlex
import socket
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from orchestration.settings import Settings

EXIT_BUSY = 75


@dataclass(frozen=True)
class Holder:
    """The process that holds the lock."""

    pid: int
    host: str
    command: str
    started_at: str

    @classmethod
    def of_this_process(cls) -> "Holder":
        """Name the running process."""
        return cls(
            pid=os.getpid(),
            host=socket.gethostname(),
            command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )


class RefreshBusyError(Exception):
    """Another process holds the lock; the message names it."""

    def __init__(self, holder: Holder | None) -> None:
        """Take the holder, or None when it has not written its name yet."""
        self.holder = holder
        if holder is None:
            super().__init__("another refresh holds the lock (it has not given its name yet)")
        else:
            super().__init__(
                f"another refresh holds the lock: pid {holder.pid} on {holder.host}, "
                f"`{holder.command}`, since {holder.started_at}"
            )


class RefreshLock:
    """The lock of one home folder; the operating system frees it when its holder dies.

    A context manager. Entering twice in one process through the same object is allowed, so that
    the command line can hold it around a Dagster run that asks for it again.
    """

    def __init__(self, settings: Settings) -> None:
        """Name the files; nothing is touched before the lock is entered."""
        self._lock = FileLock(settings.lock, thread_local=False)
        self._depth = 0
        # A file of its own: taking the lock empties the locked file, even by one who fails to.
        self._holder = settings.lock.with_suffix(".holder.json")

    def __enter__(self) -> "RefreshLock":
        """Take the lock or raise RefreshBusyError at once."""
        self._holder.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RefreshBusyError(read_holder(self._holder)) from None
        self._depth += 1
        if self._depth == 1:
            draft = self._holder.with_suffix(".tmp")
            draft.write_text(json.dumps(asdict(Holder.of_this_process())), encoding="utf-8")
            draft.replace(self._holder)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the lock; the name goes first, so that it never names one who has left."""
        self._depth -= 1
        if self._depth == 0:
            self._holder.unlink(missing_ok=True)
        self._lock.release()


def current_holder(settings: Settings) -> Holder | None:
    """Say who holds the lock, without taking it: asking must not turn a refresh away.

    A name left behind by a process that was killed is nobody.
    """
    holder = read_holder(settings.lock.with_suffix(".holder.json"))
    if holder is None or (holder.host == socket.gethostname() and not is_alive(holder.pid)):
        return None
    return holder


def read_holder(path: Path) -> Holder | None:
    """Read the holder's name; None when there is none or it is being written."""
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def is_alive(pid: int) -> bool:
    """Say whether a process of this machine runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
