"""The one widget behind all others: controls, and below them what a pure function makes of them.

What is shown is no widget but an output of its own, changed in its place through a display handle.
So it is saved with the notebook, and can be read where no kernel runs; the controls cannot.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from html import escape

import plotly.graph_objects as go
from IPython.display import DisplayHandle, display
from ipywidgets import Box, Textarea, Widget

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.show.pictures import bundle

WIDGET = "application/vnd.jupyter.widget-view+json"
WIDE = {"width": "98%"}  # a row of its own, without a scroll bar
LABELS = {"description_width": "initial"}  # a label takes the room it needs
NO_KERNEL = "<p><em>Here are controls where a kernel runs; without one this is a picture.</em></p>"


class Shell:
    """Shows itself as the last line of a cell.

    Args:
        controls: by name, in the order of reading; whenever the value of one changes, the view is
            drawn anew.
        draw: the view as it has to be now, HTML or a figure.

    Attributes:
        controls: as given.
    """

    def __init__(self, controls: Mapping[str, Widget], draw: Callable[[], str | go.Figure]) -> None:
        self.controls, self._draw = dict(controls), draw
        self._handle = DisplayHandle()
        for control in self.controls.values():
            self.watch(control)

    def watch(self, control: Widget) -> None:
        """Draw anew whenever this control changes; one without a value, such as a row, never."""
        if control.has_trait("value"):
            control.observe(self.refresh, "value")

    @cached_property
    def view(self) -> str | go.Figure:
        """What is shown now; an error of the user's in its words."""
        try:
            return self._draw()
        except UserError as error:
            return f'<p role="alert">error: {escape(str(error))}</p>'

    @property
    def bundle(self) -> dict:
        """The view by media type."""
        if isinstance(self.view, go.Figure):
            return bundle(self.view)
        return {"text/html": self.view, "text/plain": "<HTML>"}

    def refresh(self, _: object = None) -> None:
        """Draw the view anew, wherever it is shown."""
        self.__dict__.pop("view", None)
        self._handle.update(self.bundle, raw=True)

    def _ipython_display_(self) -> None:
        box = Box(tuple(self.controls.values()), layout={"flex_flow": "row wrap"})
        view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
        display({WIDGET: view, "text/html": NO_KERNEL, "text/plain": "<controls>"}, raw=True)
        self._handle.display(self.bundle, raw=True)


def text_box(text: str, description: str, rows: int, live: bool = False) -> Textarea:
    """A box to write in.

    Args:
        text: what stands there at first.
        description: its label.
        rows: its height in lines.
        live: whether each key changes its value; else it changes when the box is left.
    """
    return Textarea(
        text,
        description=description,
        rows=rows,
        continuous_update=live,
        layout=WIDE,
        style=LABELS,
    )
