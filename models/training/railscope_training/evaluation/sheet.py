"""The worst pictures of an evaluation on one sheet: picture, label and prediction side by side."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from railscope_training.errors import TrainingError
from railscope_training.evaluation.box_hits import LabelBox
from railscope_training.evaluation.pipeline.preprocess import Image
from railscope_training.evaluation.report import ImageRow

PANEL_PX = 280
_GAP_PX = 6
_CAPTION_PX = 20
_COLUMNS = 2
#: smallest part of a picture that is shown, in source pixels
_SMALLEST_VIEW_PX = 256
_MARGIN_SHARE = 0.15
_LABEL_COLOUR = (64, 200, 255)
_PREDICTION_COLOUR = (255, 80, 64)
_BACKGROUND = (24, 24, 28)
#: dark line-scan pictures are shown with this share of their pixels saturated
_SATURATED_SHARE = 0.005


@dataclass(frozen=True)
class _Entry:
    badness: float
    caption: str
    panels: tuple[PilImage.Image, ...]


class WorstSheet:
    """Keeps small panels of the worst pictures only, whatever the number of pictures."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._entries: list[_Entry] = []

    def add(
        self,
        row: ImageRow,
        image: Image,
        label: NDArray[np.bool_] | None,
        predicted: NDArray[np.bool_],
        boxes: Sequence[LabelBox],
    ) -> None:
        """Consider a picture [H, W] or [H, W, 3] with its label and prediction [H, W]."""
        bad = badness(row)
        if self._count == 0 or (len(self._entries) == self._count and bad <= self._entries[-1].badness):
            return
        window = _view(image.shape[:2], label, predicted, boxes)
        rgb = _visible(image)[window]
        shown_label = _tinted(rgb, None if label is None else label[window], _LABEL_COLOUR)
        panels = [_panel(rgb), _panel(shown_label), _panel(_tinted(rgb, predicted[window], _PREDICTION_COLOUR))]
        _draw_boxes(panels[1], boxes, window)
        entry = _Entry(bad, caption(row), tuple(panels))
        bisect.insort(self._entries, entry, key=lambda one: -one.badness)
        del self._entries[self._count :]

    def save(self, path: Path) -> None:
        """Write the sheet as PNG, worst first. Raises TrainingError when there is nothing, or the file fails."""
        if not self._entries:
            raise TrainingError("no picture was evaluated: there is nothing to show")
        rows = -(-len(self._entries) // _COLUMNS)
        cell_width, cell_height = 3 * (PANEL_PX + _GAP_PX) + _GAP_PX, PANEL_PX + _CAPTION_PX + _GAP_PX
        columns = min(_COLUMNS, len(self._entries))
        sheet = PilImage.new("RGB", (columns * cell_width, rows * cell_height), _BACKGROUND)
        draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
        for number, entry in enumerate(self._entries):
            left, top = (number % _COLUMNS) * cell_width + _GAP_PX, (number // _COLUMNS) * cell_height
            draw.text((left, top + 2), f"{number + 1}. {entry.caption}", (230, 230, 230), font)
            for place, panel in enumerate(entry.panels):
                sheet.paste(panel, (left + place * (PANEL_PX + _GAP_PX), top + _CAPTION_PX))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            sheet.save(path, "PNG", optimize=True)
        except OSError as error:
            raise TrainingError(f"{path}: cannot be written ({error})") from error


def badness(row: ImageRow) -> float:
    """Missed boxes + false instances + (1 − Dice, or 1 for a false alarm on a picture without defect)."""
    total = 0.0
    if row.boxes is not None:
        total += row.boxes.defect_boxes - row.boxes.defect_boxes_hit + row.boxes.false_instances
    if row.labelled_px:
        total += 1 - (row.dice or 0.0)
    elif row.labelled_px == 0 and row.predicted_px:
        total += 1
    return total


def caption(row: ImageRow) -> str:
    """One line of ASCII."""
    parts = [row.key if len(row.key) <= 40 else "..." + row.key[-37:]]
    if row.labelled_px:
        parts.append(f"Dice {row.dice or 0:.3f} IoU {row.iou or 0:.3f}")
    elif row.labelled_px == 0:
        parts.append(f"no defect, {row.predicted_px} px predicted")
    if row.boxes is not None:
        parts.append(f"boxes {row.boxes.defect_boxes_hit}/{row.boxes.defect_boxes} false {row.boxes.false_instances}")
    return "   ".join(parts)


def _view(
    shape: tuple[int, ...], label: NDArray[np.bool_] | None, predicted: NDArray[np.bool_], boxes: Sequence[LabelBox]
) -> tuple[slice, slice]:
    """The part of the picture that holds everything labelled or predicted, with a margin; all of it without either."""
    height, width = shape[0], shape[1]
    marked = predicted if label is None else predicted | label
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    corners = [box.xyxy for box in boxes]
    if len(rows):
        corners.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    if not corners:
        return slice(0, height), slice(0, width)
    x0, y0 = min(one[0] for one in corners), min(one[1] for one in corners)
    x1, y1 = max(one[2] for one in corners), max(one[3] for one in corners)
    side = max(_SMALLEST_VIEW_PX, (1 + 2 * _MARGIN_SHARE) * max(x1 - x0, y1 - y0))
    return _span((y0 + y1) / 2, side, height), _span((x0 + x1) / 2, side, width)


def _span(centre: float, side: float, length: int) -> slice:
    start = int(np.clip(centre - side / 2, 0, max(0, length - side)))
    return slice(start, min(length, start + int(side)))


def _visible(image: Image) -> NDArray[np.uint8]:
    """[H, W, 3], stretched so that the brightest few pixels are white."""
    rgb = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
    sample = rgb[:: max(1, rgb.shape[0] // 512), :: max(1, rgb.shape[1] // 512)]
    white = max(1.0, float(np.quantile(sample.astype(np.float64), 1 - _SATURATED_SHARE)))
    return np.clip(rgb.astype(np.float32) * (255 / white), 0, 255).astype(np.uint8)


def _tinted(rgb: NDArray[np.uint8], mask: NDArray[np.bool_] | None, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    if mask is None:
        return rgb
    tinted = rgb.copy()
    tinted[mask] = (rgb[mask] * 0.35 + np.array(colour) * 0.65).astype(np.uint8)
    return tinted


def _panel(rgb: NDArray[np.uint8]) -> PilImage.Image:
    picture = PilImage.fromarray(np.ascontiguousarray(rgb))
    scale = PANEL_PX / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    panel = PilImage.new("RGB", (PANEL_PX, PANEL_PX), (0, 0, 0))
    panel.paste(picture.resize(size, PilImage.Resampling.BOX if scale < 1 else PilImage.Resampling.NEAREST))
    return panel


def _draw_boxes(panel: PilImage.Image, boxes: Sequence[LabelBox], window: tuple[slice, slice]) -> None:
    rows, columns = window
    scale = PANEL_PX / max(rows.stop - rows.start, columns.stop - columns.start)
    draw = ImageDraw.Draw(panel)
    for box in boxes:
        x0, y0, x1, y1 = box.xyxy
        corners = [(x0 - columns.start) * scale, (y0 - rows.start) * scale]
        corners += [(x1 - columns.start) * scale, (y1 - rows.start) * scale]
        colour = (255, 220, 90) if box.class_index == 1 else (150, 150, 150)
        draw.rectangle(corners, outline=colour)
