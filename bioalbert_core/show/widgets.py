"""Thin ipywidgets shells around the pure functions of this room."""

from collections.abc import Callable, Sequence

import ipywidgets

from bioalbert_core.show.highlight import Mention, highlight

Tag = Callable[[str], Sequence[Mention]]


def highlighter(tag: Tag, text: str) -> ipywidgets.VBox:
    """A text box, a button, and the entities of what stands in the box.

    Args:
        tag: a `Tagger`, or any function from a text to entities.
        text: what stands in the box at first; it is tagged at once.
    """
    box = ipywidgets.Textarea(
        value=text,
        description="Your text",
        rows=5,
        layout=ipywidgets.Layout(width="100%"),
    )
    button = ipywidgets.Button(description="Find entities", button_style="primary")
    shown = ipywidgets.HTML(value=highlight(text, tag(text)))

    def show(_: object) -> None:
        shown.value = highlight(box.value, tag(box.value))

    button.on_click(show)
    return ipywidgets.VBox([box, button, shown])
