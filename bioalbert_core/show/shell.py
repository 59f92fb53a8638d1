"""The one widget behind all others: controls, and below them what a pure function draws.

The view is not a widget but an output of its own, updated in place through a display handle. So it
is saved with the notebook and can be read without a kernel; the controls cannot.
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
WRAP = {"flex_flow": "row wrap"}
LABELS = {"description_width": "initial"}  # as wide as the label is long
NO_KERNEL = "<p><em>The controls appear where a kernel runs; without one this is static.</em></p>"


class Shell:
    """Shows itself as the last line of a cell.

    Args:
        controls: by name, in reading order. When the value of one changes, the view is redrawn.
        draw: the current view, HTML or a figure.
    """

    def __init__(self, controls: Mapping[str, Widget], draw: Callable[[], str | go.Figure]) -> None:
        self.controls, self._draw = dict(controls), draw
        self._handle = DisplayHandle()
        for control in self.controls.values():
            self.watch(control)

    def watch(self, control: Widget) -> None:
        """Redraw whenever this control changes; a control without a value never does."""
        if control.has_trait("value"):
            control.observe(self.refresh, "value")

    @cached_property
    def view(self) -> str | go.Figure:
        """What is shown now; for a `UserError` its message."""
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
        """Redraw the view wherever it is shown."""
        self.__dict__.pop("view", None)
        self._handle.update(self.bundle, raw=True)

    def _ipython_display_(self) -> None:
        box = Box(tuple(self.controls.values()), layout=WRAP)
        view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
        display({WIDGET: view, "text/html": NO_KERNEL, "text/plain": "<controls>"}, raw=True)
        self._handle.display(self.bundle, raw=True)


def text_box(text: str, description: str, rows: int, live: bool = False) -> Textarea:
    """A box to write in; ``live`` redraws at each key, otherwise when the box loses the focus."""
    style = {"layout": WIDE, "style": LABELS}
    return Textarea(text, description=description, rows=rows, continuous_update=live, **style)
