"""The application's own projects and results. `fixtures/project/project.sql` was written by the application's code
(electron/project/testing/training-fixture.test.ts), so that a change of its schema shows here.
"""

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from pictures import save, square, texture

from railscope_training.data import open_source
from railscope_training.errors import TrainingError

FIXTURE = Path(__file__).parent / "fixtures/project"


@pytest.fixture
def folder(tmp_path):
    """A picture folder with the project of the fixture."""
    root = tmp_path / "pictures"
    shutil.copytree(FIXTURE / "pictures", root)
    (root / ".railscope").mkdir()
    connection = sqlite3.connect(root / ".railscope/project.db")
    connection.executescript((FIXTURE / "project.sql").read_text())
    connection.close()
    return root


def change(folder, sql, *values):
    with sqlite3.connect(folder / ".railscope/project.db") as connection:
        connection.execute(sql, values)
    connection.close()


def state(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / ".railscope").iterdir()}


def test_accepted_pictures_with_the_inspectors_masks(folder):
    before = state(folder)
    source = open_source("railscope-project", folder)
    assert source.keys == ("run-1/a.png", "run-1/b.png")
    assert source.groups == ("run-1", "run-1")
    assert source.classes == ("crack", "scuff")
    sample = source[0]
    assert sample.image.shape == (280, 300)
    assert sample.region == (10, 0, 290, 280)
    expected = square(280, 300, (240, 30, 280, 50), 1) + square(280, 300, (20, 250, 60, 270), 2)
    assert np.array_equal(sample.mask, expected), "the rejected dent is left out, the crack crosses two tiles"
    assert [one.box.tolist() for one in sample.instances] == [[240, 30, 280, 50], [20, 250, 60, 270]]
    assert source[1].mask.sum() == 0, "accepted without a defect"
    assert state(folder) == before, "nothing was written"


def test_undecided_defects_are_ignored_when_other_statuses_are_wanted(folder):
    source = open_source("railscope-project", folder, statuses=["in-progress"], class_map={"*": "defect"})
    assert source.keys == ("run-2/c.png",)
    mask = source[0].mask
    assert (mask == 1).sum() == 800
    assert (mask == 255).sum() == 800
    assert source.classes == ("defect",)


def test_replaced_and_missing_pictures_are_left_out_and_counted(folder):
    save(folder / "run-1/a.png", texture(280, 300, 9))
    source = open_source("railscope-project", folder)
    assert source.keys == ("run-1/b.png",)
    assert "1 reviewed pictures left out: replaced since the review" in source.info.notes
    (folder / "run-1/b.png").unlink()
    with pytest.raises(TrainingError, match=r"no picture with status accepted .*missing"):
        open_source("railscope-project", folder)


def test_what_is_committed_but_still_in_the_journal_is_read(folder):
    database = folder / ".railscope/project.db"
    writer = sqlite3.connect(database)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE defects SET decision = 'accepted' WHERE label = 300")
    writer.commit()
    assert (folder / ".railscope/project.db-wal").stat().st_size > 0
    before = state(folder)
    source = open_source("railscope-project", folder)
    assert source.classes == ("crack", "dent", "scuff")
    assert state(folder) == before
    writer.close()


def test_a_project_kept_elsewhere(folder, tmp_path):
    data = tmp_path / "user-data"
    (folder / ".railscope").rename(data)
    with pytest.raises(TrainingError, match="say where they are with `pictures`"):
        open_source("railscope-project", data)
    assert len(open_source("railscope-project", data, pictures=str(folder))) == 2


def test_faults_are_named(folder, tmp_path):
    with pytest.raises(TrainingError, match="holds no RailScope project"):
        open_source("railscope-project", tmp_path / "pictures/run-1")
    with pytest.raises(TrainingError, match="'done' is not one of"):
        open_source("railscope-project", folder, statuses=["done"])
    change(folder, "UPDATE mask_tiles SET runs = x'0180' WHERE document_id = 1")
    with pytest.raises(TrainingError, match=r"run-1/a\.png: the runs of a mask tile are damaged"):
        open_source("railscope-project", folder)[0]
    change(folder, "PRAGMA user_version = 2")
    with pytest.raises(TrainingError, match="a project of schema 2; this package reads 1"):
        open_source("railscope-project", folder)
    (folder / ".railscope/project.db").write_bytes(b"SQLite format 3\0" + bytes(4000))
    with pytest.raises(TrainingError, match=r"project\.db"):
        open_source("railscope-project", folder)


def test_paths_that_leave_the_folder_are_refused(folder):
    change(folder, "UPDATE images SET relative_path = '../a.png' WHERE id = 1")
    with pytest.raises(TrainingError, match="leads out"):
        open_source("railscope-project", folder)


def test_label_without_a_defect(folder):
    change(folder, "DELETE FROM defects WHERE document_id = 1 AND label = 2")
    with pytest.raises(TrainingError, match=r"run-1/a\.png: label 2 of the mask names no defect"):
        open_source("railscope-project", folder)[0]


def export_folder(root):
    """What `railscope inspect pictures --out out` leaves (electron/cli/output-folder.ts, commands/inspect.ts)."""
    out = root / "out"
    save(root / "pictures/sub/b.png", texture(40, 50, 1))
    save(out / "sub/b.mask.png", square(40, 50, (5, 5, 15, 15)) | square(40, 50, (30, 20, 40, 30)))
    instances = [
        {"class": "defect", "score": 0.9, "bbox": [5, 5, 10, 10], "areaPx": 100},
        {"class": "crack", "score": 0.8, "bbox": [30, 20, 10, 10], "areaPx": 100},
    ]
    done = {
        "path": "sub/b.png",
        "status": "done",
        "mask": "b.mask.png",
        "width": 50,
        "height": 40,
        "instances": instances,
    }
    (out / "sub/b.json").write_text(json.dumps(done | {"ms": 5}))
    failed = {"path": "c.png", "status": "failed", "width": None, "height": None, "instances": [], "ms": 0}
    (out / "c.json").write_text(json.dumps(failed))
    (out / "other.json").write_text("[1, 2]")
    (out / ".railscope-output").write_text("")
    return out


def test_results_of_inspect(tmp_path):
    source = open_source("railscope-export", export_folder(tmp_path), pictures="../pictures")
    assert source.keys == ("sub/b.png",)
    assert source.classes == ("crack", "defect")
    sample = source[0]
    assert (sample.mask == 1).sum() == 100
    assert (sample.mask == 2).sum() == 100
    assert "1 failed pictures left out" in source.info.notes
    assert any("not reviewed" in note for note in source.info.notes)
    only = open_source(
        "railscope-export", tmp_path / "out", pictures="../pictures", class_map={"crack": "crack", "*": None}
    )
    assert only[0].mask.sum() == 100


def test_folders_that_inspect_did_not_write(tmp_path):
    with pytest.raises(TrainingError, match=r"inspect --out"):
        open_source("railscope-export", tmp_path)
    out = export_folder(tmp_path)
    (out / "c.json").write_text("{")
    with pytest.raises(TrainingError, match=r"c\.json: cannot be read as JSON"):
        open_source("railscope-export", out)
