"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from railscope_training.data.report import SourceReport

SHOWN_SIZES = 5
SHOWN_LEAKS = 20


def markdown(reports: Sequence[SourceReport]) -> str:
    """All data sets, one section each."""
    return "# Data report\n\n" + "\n".join(_section(report) for report in reports)


def _section(report: SourceReport) -> str:
    low, mean, high = report.levels
    sizes = list(report.sizes.items())
    shown = ", ".join(f"{size} ({count})" for size, count in sizes[:SHOWN_SIZES])
    more = f" and {len(sizes) - SHOWN_SIZES} more" if len(sizes) > SHOWN_SIZES else ""
    lines = [
        f"## {report.name} ({report.kind})",
        "",
        f"- licence: {report.licence or 'none stated'}",
        *(f"- {note}" for note in report.notes),
        f"- pictures: {report.pictures}, unreadable {len(report.unreadable)}, "
        f"without a defect {report.pictures_without_defect}",
        f"- sizes: {shown}{more}",
        f"- samples: {', '.join(f'{depth} ({count})' for depth, count in report.depths.items())}",
        f"- mean level (0–255): {low:.1f} … {high:.1f}, on average {mean:.1f}",
        f"- pixels: {', '.join(f'{name} {share:.3%}' for name, share in report.class_pixel_shares.items())}"
        + (f", ignored {report.ignored_share:.3%}" if report.ignored_share else ""),
        f"- look alike: {report.alike_pairs} pairs, {report.alike_across_groups} of them in different groups, "
        f"{len(report.leaks)} in different splits",
        "",
        _table(
            ("split", "pictures", "groups", "with defect"),
            [(name, *row.values()) for name, row in report.splits.items()],
        ),
    ]
    if any(count for sizes_ in report.instances.values() for count in sizes_.values()):
        bins = list(next(iter(report.instances.values())))
        rows = [(name, *row.values()) for name, row in report.instances.items()]
        lines += ["", _table(("instances", *bins), rows)]
    if report.groups_in_two_splits:
        lines += ["", f"**Groups in two splits:** {report.groups_in_two_splits}"]
    if report.leaks:
        rows = [
            (
                one.left,
                one.left_split,
                one.right,
                one.right_split,
                "identical" if one.identical else f"{one.bits_apart} bits apart",
            )
            for one in report.leaks[:SHOWN_LEAKS]
        ]
        lines += [
            "",
            f"**Leaks between splits: {len(report.leaks)}**",
            "",
            _table(("picture", "split", "like", "split", ""), rows),
        ]
    if report.unreadable:
        lines += ["", "**Unreadable:**", "", *(f"- {fault}" for fault in report.unreadable.values())]
    return "\n".join([*lines, ""])


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)])
