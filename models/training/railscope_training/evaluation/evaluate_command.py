"""`evaluate`: masks against masks, or one or several models on a data set."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from railscope_training.data.images import list_images
from railscope_training.data.sources.folder import pair_masks
from railscope_training.errors import TrainingError
from railscope_training.evaluation.class_order import instances_in_order, maps_in_order
from railscope_training.evaluation.evaluate import EvaluationOptions, evaluate_instances, evaluate_network
from railscope_training.evaluation.folders import read_grey, score_folders
from railscope_training.evaluation.markdown import comparison, folder_markdown, report_markdown
from railscope_training.evaluation.models import OpenedModel, RunOptions, open_model
from railscope_training.evaluation.report import Report, folder_json, write_json, write_text
from railscope_training.evaluation.scoring import ScoreOptions
from railscope_training.evaluation.sheet import WorstSheet

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from railscope_training.data.sample import SampleSource

_SWEEP = tuple(round(0.1 * step, 1) for step in range(1, 10))
_DEFAULT_SCALES = (0.75, 1.0, 1.25)
#: read with all three classes, so that false alarms on dirt and gaps can be told from those on nothing
_RAIL400_CLASSES = {"defect": "defect", "dirt": "dirt", "gap": "gap"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line offers."""
    masks = parser.add_argument_group("masks against masks")
    masks.add_argument("--predictions", type=Path, metavar="DIR", help="folder of predicted masks")
    masks.add_argument("--masks", type=Path, metavar="DIR", help="folder of label masks with the same names")
    model = parser.add_argument_group("models on a data set (give --model twice or more to compare)")
    model.add_argument("--model", type=Path, action="append", metavar="PATH", help="catalog folder, .onnx or .pt")
    model.add_argument("--precision", default="fp32", help="which weights of a catalog folder (default: %(default)s)")
    model.add_argument("--source", metavar="KIND:DIR", help="data set, as in pack: rail400:DIR, folder:DIR, yolo:DIR …")
    model.add_argument(
        "--option", action="append", default=[], metavar="KEY=VALUE", help="option of the source's reader"
    )
    model.add_argument("--split", default="test", help="train, val, test, or all (default: %(default)s)")
    model.add_argument("--limit", type=_positive, metavar="N", help="only N pictures, spread evenly over the split")
    model.add_argument("--defect-classes", metavar="NAMES", help="what must be found (default: defect, or all classes)")
    model.add_argument("--screened", type=Path, metavar="FILE", help="keys of pictures with trusted masks, one a line")
    model.add_argument(
        "--label-files", type=Path, metavar="DIR", help="label files, for the exactly-255 rule of compat"
    )
    run = parser.add_argument_group("how models run (defaults: what the model says)")
    run.add_argument("--region", choices=("auto", "full"), default="auto", help="auto = only the rail band")
    run.add_argument("--whole", action="store_true", help="scale whole pictures to the input instead of tiling")
    run.add_argument("--tile", type=_positive, metavar="PX", help="side of a tile in source pixels")
    run.add_argument("--overlap", type=int, metavar="PX", help="least overlap of tiles in source pixels")
    run.add_argument("--tta", default="", metavar="flips,scales", help="average over flips, scales, or both")
    run.add_argument("--scales", metavar="LIST", help="scales of --tta scales (default: 0.75,1,1.25)")
    run.add_argument("--threshold", type=_fraction, metavar="T", help="0…1")
    run.add_argument("--minimum-area", type=int, metavar="PX", help="smaller regions are dropped")
    run.add_argument("--threads", type=_positive, default=2, help="CPU threads (default: %(default)s)")
    run.add_argument("--device", default="cpu", help="cpu or cuda (default: %(default)s)")
    out = parser.add_argument_group("what comes out")
    out.add_argument("--out", type=Path, metavar="DIR", help="write JSON, Markdown and the picture sheet there")
    out.add_argument("--sweep", action="store_true", help="scores at thresholds 0.1 … 0.9 too")
    out.add_argument(
        "--sheet", type=int, default=20, metavar="N", help="worst pictures on the sheet (default: %(default)s)"
    )
    out.add_argument("--quick", action="store_true", help="without weighted F and boundary F")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print Markdown. Raises TrainingError for what does not go together or cannot be read."""
    if arguments.predictions is not None or arguments.masks is not None:
        return _run_folders(arguments)
    if not arguments.model or arguments.source is None:
        raise TrainingError("give --model and --source, or --predictions and --masks")
    source = _open_source(arguments)
    reports = [_evaluate(path, source, arguments) for path in arguments.model]
    for report in reports:
        print(report_markdown(report))
    if len(reports) > 1:
        print("# Side by side\n\n" + comparison(reports) + "\n")
        if arguments.out is not None:
            write_json(arguments.out / "comparison.json", [report.to_json() for report in reports])
            write_text(arguments.out / "comparison.md", comparison(reports) + "\n")
    return 0


def _run_folders(arguments: argparse.Namespace) -> int:
    if arguments.predictions is None or arguments.masks is None or arguments.model:
        raise TrainingError("--predictions and --masks go together, without --model")
    scores = score_folders(arguments.predictions, arguments.masks)
    print(folder_markdown(scores))
    if arguments.out is not None:
        write_json(arguments.out / "evaluation.json", folder_json(scores))
        write_text(arguments.out / "evaluation.md", folder_markdown(scores) + "\n")
    return 0


def _evaluate(path: Path, source: SampleSource, arguments: argparse.Namespace) -> Report:
    model = open_model(path, _run_options(arguments))
    sheet = WorstSheet(arguments.sheet) if arguments.out is not None and arguments.sheet > 0 else None
    options = replace(_options(model, source, arguments), sheet=sheet, on_picture=_progress(str(model.facts["id"])))
    if model.detect is not None:
        detect = instances_in_order(model.detect, model.classes, source.classes)
        report = evaluate_instances(detect, source, options)
    elif model.predict is not None:
        predict = maps_in_order(model.predict, model.classes, source.classes)
        report = evaluate_network(predict, source, options)
    else:
        raise TrainingError(f"{path}: predicts nothing")
    if arguments.out is not None:
        name = str(model.facts["id"])
        write_json(arguments.out / f"{name}.json", report.to_json())
        write_text(arguments.out / f"{name}.md", report_markdown(report))
        if sheet is not None:
            sheet.save(arguments.out / f"{name}-worst.png")
    return report


def _options(model: OpenedModel, source: SampleSource, arguments: argparse.Namespace) -> EvaluationOptions:
    scores = ScoreOptions(
        threshold=model.threshold if arguments.threshold is None else arguments.threshold,
        minimum_area_px=model.minimum_area_px if arguments.minimum_area is None else arguments.minimum_area,
        defect_classes=_defect_classes(source, arguments.defect_classes),
        sweep=_SWEEP if arguments.sweep else (),
        slow_scores=not arguments.quick,
        eight_bit_maps=not arguments.whole,
    )
    return EvaluationOptions(
        scores,
        split=None if arguments.split == "all" else arguments.split,
        limit=arguments.limit,
        screened=_screened(arguments),
        raw_label=None if arguments.label_files is None else _label_reader(arguments.label_files),
        facts=model.facts,
        settings=model.settings,
    )


def _open_source(arguments: argparse.Namespace) -> SampleSource:
    from railscope_training.data.open_source import open_source

    kind, separator, root = arguments.source.partition(":")
    if not separator or not root:
        raise TrainingError(f"--source {arguments.source}: write it as KIND:DIR, for example folder:my-set")
    options = _source_options(arguments.option)
    if kind == "rail400":
        options.setdefault("class_map", _RAIL400_CLASSES)
    return open_source(kind, Path(root), **options)


def _run_options(arguments: argparse.Namespace) -> RunOptions:
    wanted = {word for word in arguments.tta.split(",") if word}
    if wanted - {"flips", "scales"}:
        raise TrainingError(f"--tta {arguments.tta}: use flips, scales, or flips,scales")
    if arguments.scales is not None and "scales" not in wanted:
        raise TrainingError("--scales needs --tta scales")
    return RunOptions(
        region=arguments.region,
        whole=arguments.whole,
        tile_px=arguments.tile,
        overlap_px=arguments.overlap,
        flips=("h", "v", "hv") if "flips" in wanted else (),
        scales=_scales(arguments.scales) if "scales" in wanted else (1.0,),
        threads=arguments.threads,
        device=arguments.device,
        precision=arguments.precision,
    )


def _scales(text: str | None) -> tuple[float, ...]:
    if text is None:
        return _DEFAULT_SCALES
    try:
        scales = tuple(float(word) for word in text.split(","))
    except ValueError:
        scales = ()
    if not scales or any(not 0.1 <= scale <= 10 for scale in scales):
        raise TrainingError(f"--scales {text}: give numbers from 0.1 to 10, for example 0.75,1,1.25")
    return scales


def _source_options(pairs: list[str]) -> dict[str, Any]:
    import json

    options: dict[str, Any] = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        if not separator:
            raise TrainingError(f"--option {pair}: write it as KEY=VALUE")
        try:
            options[key] = json.loads(text)
        except ValueError:
            options[key] = text
    return options


def _defect_classes(source: SampleSource, names: str | None) -> frozenset[int]:
    classes = list(source.classes)
    wanted = names.split(",") if names else ["defect"] if "defect" in classes else classes
    unknown = [name for name in wanted if name not in classes]
    if unknown:
        raise TrainingError(f"--defect-classes: {unknown[0]!r} is not one of {', '.join(classes)}")
    return frozenset(classes.index(name) + 1 for name in wanted)


def _screened(arguments: argparse.Namespace) -> frozenset[str]:
    kind, _, root = arguments.source.partition(":")
    path = arguments.screened
    if path is None and kind == "rail400":
        path = Path(root) / "screened.txt"
    if path is None:
        return frozenset()
    try:
        return frozenset(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read ({error.strerror})") from error


def _label_reader(folder: Path) -> Callable[[str], NDArray[np.uint8] | None]:
    files = list_images(folder)

    def read(key: str) -> NDArray[np.uint8] | None:
        pair = pair_masks([key], files)
        return read_grey(folder / pair[key]) if pair else None

    return read


def _progress(name: str) -> Callable[[int, int], None]:
    if not sys.stderr.isatty():
        return lambda done, total: None

    def show(done: int, total: int) -> None:
        end = "\n" if done == total else ""
        print(f"\r{name} {done}/{total}", end=end, file=sys.stderr, flush=True)

    return show


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def _fraction(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not within 0…1")
    return value
