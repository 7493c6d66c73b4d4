"""Opening the application's project database for reading, without changing a byte of it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from railscope_training.errors import TrainingError

DATABASE_FILE = "project.db"
DATA_FOLDER = ".railscope"
#: the schema that this reader understands (`PRAGMA user_version`)
SCHEMA_VERSION = 1
COPY_ATTEMPTS = 3


def find_database(root: Path) -> Path:
    """The database of a picture folder, of a data folder, or the file itself. Raises `TrainingError`."""
    for candidate in (root, root / DATA_FOLDER / DATABASE_FILE, root / DATABASE_FILE):
        if candidate.is_file():
            return candidate
    raise TrainingError(
        f"{root}: holds no RailScope project ({DATA_FOLDER}/{DATABASE_FILE}); for a project kept in the user's data "
        "folder give that folder as root and the pictures' folder as `pictures`"
    )


@contextmanager
def open_database(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads what was last committed.

    The file is opened read-only and immutable, so that SQLite writes neither it nor a journal. Where a journal lies
    beside it (the application is open, or was killed), copies of both are read instead. Raises `TrainingError`.
    """
    with tempfile.TemporaryDirectory(prefix="railscope-training-") as folder:
        readable = _copied(file, Path(folder)) if _journals(file) else file
        # the copy must be writable for SQLite to work its journal in
        mode = "mode=ro&immutable=1" if readable == file else "mode=rw"
        try:
            connection = sqlite3.connect(f"{readable.resolve().as_uri()}?{mode}", uri=True)
        except sqlite3.Error as error:
            raise TrainingError(f"{file}: cannot be opened ({error})") from error
        connection.row_factory = sqlite3.Row
        try:
            _check(connection, file)
            yield connection
        except sqlite3.DatabaseError as error:
            raise TrainingError(f"{file}: the project database is damaged, or SQLite is too old ({error})") from error
        finally:
            connection.close()


def _journals(file: Path) -> list[Path]:
    beside = [file.with_name(file.name + ending) for ending in ("-wal", "-journal")]
    return [path for path in beside if path.is_file() and path.stat().st_size > 0]


def _copied(file: Path, folder: Path) -> Path:
    """A copy of database and journals that were the same before and after copying. Raises `TrainingError`."""
    for _ in range(COPY_ATTEMPTS):
        parts = [*_journals(file), file]
        before = [_state(part) for part in parts]
        for part in parts:
            shutil.copyfile(part, folder / part.name)
        if before == [_state(part) for part in parts]:
            return folder / file.name
        for part in parts:
            (folder / part.name).unlink()
    raise TrainingError(f"{file}: is being written all the time; close RailScope and try again")


def _state(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _check(connection: sqlite3.Connection, file: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        fault = (
            "no RailScope project"
            if version == 0
            else f"a project of schema {version}; this package reads {SCHEMA_VERSION}"
        )
        raise TrainingError(f"{file}: is {fault}")
    state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if state != "ok":
        raise TrainingError(f"{file}: the project database is damaged ({state})")
