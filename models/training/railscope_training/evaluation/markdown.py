"""Reports as Markdown: one model in full, or several side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from railscope_training.evaluation.box_hits import BoxCounts
from railscope_training.evaluation.folders import FolderScores
from railscope_training.evaluation.overlap import DatasetScore
from railscope_training.evaluation.report import Curves, InstanceScores, PixelScores, Report


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns."""
    cells = [list(header), *[list(row) for row in rows]]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(header))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def comparison(reports: Sequence[Report]) -> str:
    """One row per figure, one column per model; figures that no model has are left out."""
    rows = []
    for name, figure in _FIGURES:
        values = [figure(report) for report in reports]
        if any(value is not None for value in values):
            rows.append([name, *("" if value is None else value for value in values)])
    return markdown_table(["figure", *(_model_name(report) for report in reports)], rows)


def report_markdown(report: Report) -> str:
    """Everything but the rows of single pictures."""
    data, parts = report.data, [f"# {_model_name(report)} on {report.data['name']}", ""]
    facts = ", ".join(f"{name} {value}" for name, value in report.model.items() if value is not None)
    settings = ", ".join(f"{name} {value}" for name, value in report.settings.items())
    parts += [f"- model: {facts}", f"- run: {settings}", f"- data: {data['kind']}, split {data['split'] or 'all'}"]
    parts += [f"- defects: {', '.join(data['defect_classes'])}", *(f"- {note}" for note in data["notes"])]
    parts += [*(f"- {note}" for note in report.notes), "", comparison([report]), ""]
    for title, table in (
        ("Several thresholds", _sweep_table(report)),
        ("Classes", _class_table(report)),
        ("Confusion (rows: label, columns: prediction; pixels)", _confusion_table(report)),
        ("Labelled regions by area", _size_table(report)),
        ("Calibration", _calibration_table(report)),
    ):
        if table:
            parts += [f"## {title}", "", table, ""]
    return "\n".join(parts)


def _model_name(report: Report) -> str:
    return str(report.model.get("id", "masks"))


Figure = Callable[[Report], str | None]


def _pixel(name: str, pick: Callable[[PixelScores], float | None]) -> tuple[str, Figure]:
    return name, lambda report: None if report.pixels is None else _known(pick(report.pixels))


def _screened(name: str, pick: Callable[[PixelScores], float | None]) -> tuple[str, Figure]:
    def figure(report: Report) -> str | None:
        return None if report.screened_pixels is None else _known(pick(report.screened_pixels))

    return f"{name}, screened labels", figure


def _box(name: str, pick: Callable[[BoxCounts], str]) -> tuple[str, Figure]:
    return name, lambda report: pick(report.boxes) if report.boxes and report.boxes.images else None


def _triple(score: DatasetScore) -> str | None:
    values = [score.pa, score.m_iou, score.m_dice]
    if score.images == 0 or all(value is None for value in values):
        return None
    return " / ".join("–" if value is None else f"{value:.4f}" for value in values)


def _triples(name: str, pick: Callable[[PixelScores], DatasetScore]) -> list[tuple[str, Figure]]:
    def of(pixels: PixelScores | None) -> str | None:
        return None if pixels is None else _triple(pick(pixels))

    return [
        (name, lambda report: of(report.pixels)),
        (f"{name}, screened labels", lambda report: of(report.screened_pixels)),
    ]


def _curve(name: str, pick: Callable[[Curves], str | None]) -> tuple[str, Figure]:
    return name, lambda report: None if report.curves is None else pick(report.curves)


def _instance(name: str, pick: Callable[[InstanceScores], float | None]) -> tuple[str, Figure]:
    return name, lambda report: None if report.instances is None else _known(pick(report.instances))


_FIGURES: list[tuple[str, Figure]] = [
    ("pictures", lambda report: str(report.images)),
    (
        "pictures with screened labels",
        lambda report: None if report.screened_pixels is None else str(report.screened_pixels.strict_pooled.images),
    ),
    _box("defect boxes hit", lambda boxes: f"{boxes.defect_boxes_hit} of {boxes.defect_boxes}"),
    _box("box hit rate", lambda boxes: _shown(boxes.hit_rate)),
    _box("instances per picture", lambda boxes: f"{boxes.instances / boxes.images:.3f}"),
    _box("false alarms per picture", lambda boxes: f"{boxes.false_per_image:.3f}"),
    _box("false alarms off all boxes per picture", lambda boxes: f"{boxes.off_all_boxes_per_image:.3f}"),
    *_triples("strict, pooled PA / IoU / Dice", lambda pixels: pixels.strict_pooled),
    *_triples("strict, mean PA / mIoU / mDice of labelled pictures", lambda pixels: pixels.strict_per_image),
    *_triples("compat PA / mIoU / mDice", lambda pixels: pixels.compat),
    *_triples("compat PA / mIoU / mDice of labelled pictures", lambda pixels: pixels.compat_labelled),
    _pixel("false-alarm rate on pictures without defect", lambda pixels: pixels.strict_pooled.false_alarm_rate),
    _pixel("precision, pooled", lambda pixels: pixels.precision),
    _pixel("weighted F", lambda pixels: pixels.weighted_f),
    _screened("weighted F", lambda pixels: pixels.weighted_f),
    _pixel("boundary F", lambda pixels: pixels.boundary_f),
    _screened("boundary F", lambda pixels: pixels.boundary_f),
    _curve("average precision of pixels", lambda curves: _known(curves.average_precision)),
    _curve(
        "best F (at threshold)",
        lambda curves: f"{curves.best_f.f:.4f} ({curves.best_f.threshold:.2f})" if curves.best_f else None,
    ),
    _curve("MAE", lambda curves: _known(curves.mean_absolute_error)),
    _curve(
        "expected calibration error",
        lambda curves: _known(curves.calibration.expected_error) if curves.calibration else None,
    ),
    _instance("box AP50", lambda scores: scores.boxes.ap50),
    _instance("box AP50:95", lambda scores: scores.boxes.ap50_95),
    _instance("mask AP50", lambda scores: scores.masks.ap50 if scores.masks else None),
    _instance("mask AP50:95", lambda scores: scores.masks.ap50_95 if scores.masks else None),
    ("seconds per picture", lambda report: _known(report.seconds_per_image, 2)),
]


def _sweep_table(report: Report) -> str | None:
    if not report.sweep:
        return None
    header = ["threshold", "pooled PA / IoU / Dice", "boxes hit", "false alarms per picture"]
    rows = []
    for one in report.sweep:
        boxes = one.boxes
        hit = f"{boxes.defect_boxes_hit} of {boxes.defect_boxes}" if boxes else ""
        pixels = _triple(one.strict_pooled) if one.strict_pooled else None
        rows.append([f"{one.threshold:.2f}", pixels or "", hit, _shown(boxes.false_per_image if boxes else None, 3)])
    return markdown_table(header, rows)


def _class_table(report: Report) -> str | None:
    if not report.classes:
        return None
    header = ["class", "labelled px", "predicted px", "recall", "precision", "IoU", "Dice"]
    rows = [
        [
            row.name,
            str(row.labelled_px),
            "" if row.predicted_px is None else str(row.predicted_px),
            *(_shown(value) for value in (row.recall, row.precision, row.iou, row.dice)),
        ]
        for row in report.classes
    ]
    return markdown_table(header, rows)


def _confusion_table(report: Report) -> str | None:
    if not report.confusion:
        return None
    names = ["background", *report.data["classes"]]
    rows = [[name, *map(str, row)] for name, row in zip(names, report.confusion, strict=False)]
    return markdown_table(["", *names[: len(report.confusion)]], rows)


def _size_table(report: Report) -> str | None:
    rows = [row for row in report.sizes if row.regions]
    if not rows:
        return None
    header = ["area px²", "regions", "hit", "hit rate", "pixel recall"]
    cells = []
    for row in rows:
        area = f"{row.low_px} … {row.high_px}" if row.high_px is not None else f"from {row.low_px}"
        cells.append([area, str(row.regions), str(row.hit), _shown(row.hit_rate), _shown(row.recall)])
    return markdown_table(header, cells)


def _calibration_table(report: Report) -> str | None:
    if report.curves is None or report.curves.calibration is None:
        return None
    rows = [
        [f"{one.low:.1f} … {one.high:.1f}", str(one.pixels), _shown(one.mean_probability), _shown(one.labelled_share)]
        for one in report.curves.calibration.bins
    ]
    return markdown_table(["probability", "pixels", "mean probability", "labelled share"], rows)


def _known(value: float | None, digits: int = 4) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


def _shown(value: float | None, digits: int = 4) -> str:
    return _known(value, digits) or ""


def folder_markdown(scores: FolderScores) -> str:
    """Scores of ready masks."""
    rows = []
    for name, one in (
        ("compat", scores.compat),
        ("compat, labelled pictures", scores.compat_labelled),
        ("strict, pooled", scores.strict),
        ("strict, pooled, labelled pictures", scores.strict_labelled),
        ("strict, mean over labelled pictures", scores.strict_per_image),
    ):
        figures = (one.pa, one.m_iou, one.m_dice, one.false_alarm_rate)
        rows.append(
            [name, str(one.images), str(one.empty_labels), *("–" if f is None else f"{f:.4f}" for f in figures)]
        )
    header = ["metric", "pictures", "empty labels", "PA", "mIoU", "mDice", "false-alarm rate"]
    table = markdown_table(header, rows)
    return table + (f"\n\n{len(scores.unpaired)} labels without a prediction were left out" if scores.unpaired else "")
