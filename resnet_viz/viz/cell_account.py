"""One cell in words and as a table: what it sees of the picture, and the steps that made its value."""

import html

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.results import PixelStep
from resnet_viz.viz.pixel import step_text
from resnet_viz.viz.words import number_text


def seen_text(summary: NetworkSummary, node: str, place: tuple[int, int, int]) -> str:
    """Return what the cell sees, clipped at the picture's border and said so."""
    record = summary.by_id[node]
    height, width = summary.graph.spec.input_shape[:2]
    if len(record.output_shape) != 3:
        return _("It sees the whole picture.")
    (top, bottom), (left, right) = record.field.height.window(place[0]), record.field.width.window(place[1])
    text = _("It sees {size} px of the picture: rows {top} to {bottom}, columns {left} to {right}").format(
        size=f"{bottom - top}×{right - left}", top=top, bottom=bottom - 1, left=left, right=right - 1
    )
    rows, columns = min(bottom, height) - max(top, 0), min(right, width) - max(left, 0)
    if (rows, columns) == (bottom - top, right - left):
        return _("{sentence}.").format(sentence=text)
    clipped = _("{size} of them inside the picture, the rest is padding").format(
        size=f"{max(0, rows)}×{max(0, columns)}"
    )
    return _("{sentence}.").format(sentence=joined((text, clipped), "; ")).replace("-", "−")


def steps_table(steps: list[PixelStep]) -> str:
    """Return the steps as an HTML table: our arithmetic beside the model's value."""
    head = (_("layer"), _("arithmetic"), _("our sum"), _("model's value"))
    rows = ["".join(f"<th>{html.escape(text)}</th>" for text in head)]
    for step in steps:
        cells = (step.node, step_text(step), number_text(step.value), number_text(step.model_value))
        rows.append("".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
    return f"<table class='facts steps'>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
