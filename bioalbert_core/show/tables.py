"""Tables in HTML: all text escaped, headings marked as such, so that screen readers find their way.

They need no script, and stand wherever a notebook was saved and no kernel runs.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape

STYLE = """
.bioalbert-table { overflow-x: auto; }
.bioalbert-table caption { text-align: left; font-weight: 600; padding: .3em 0; }
.bioalbert-table th { text-align: left; font-weight: 600; }
.bioalbert-table td, .bioalbert-table th { padding: .15em .6em; }
""".strip()
START = f'<div class="bioalbert-table tex2jax_ignore mathjax_ignore"><style>{STYLE}</style>'
BAR = ("#bcd7f0", "#10273f")  # the part of a cell that its number fills, and the text on it


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    style: Callable[[int, int], str] = lambda row, column: "",
) -> str:
    """A table; the first cell of a row is its heading.

    Args:
        caption: what stands above.
        head: names of the columns.
        rows: cells of any type; they are shown by `shown` and escaped.
        style: the CSS of the cell in a row and a column, both from 0.

    >>> "&lt;b&gt;" in table("Words", ["word"], [["<b>"]])
    True
    """
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        f"<tr>{''.join(_cell(cell, column, style(row, column)) for column, cell in enumerate(it))}"
        "</tr>"
        for row, it in enumerate(rows)
    )
    return (
        f"{START}<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: object, column: int, style: str) -> str:
    tag, about = ("td", "") if column else ("th", ' scope="row"')
    styled = f' style="{escape(style)}"' if style else ""
    return f"<{tag}{about}{styled}>{escape(shown(cell))}</{tag}>"


def shown(value: object) -> str:
    """A cell as text: nothing for None, numbers short and with commas.

    >>> shown(11813810), shown(0.123456), shown(88.3), shown("88.30"), shown(None)
    ('11,813,810', '0.1235', '88.3', '88.30', '')
    """
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)


def bar(share: float) -> str:
    """The style of a cell that is filled from the left by a share between 0 and 1.

    >>> bar(0.25)
    'background:linear-gradient(90deg,#bcd7f0 25%,#f4f8fc 25%);color:#10273f'
    """
    percent = f"{100 * min(1.0, max(0.0, share)):.0f}%"
    filled, color = BAR
    return f"background:linear-gradient(90deg,{filled} {percent},#f4f8fc {percent});color:{color}"
