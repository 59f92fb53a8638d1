"""Execute the notebooks and write them as a static site, for reading without running anything.

    python notebooks/make_site.py [FOLDER] [NAME ...]

Pages go to ``runs/html`` by default; with names, only those notebooks are executed again. A page
needs no network: plotly's program lies beside it once, and all other scripts of nbconvert, which
would be fetched from elsewhere, are left out. Widgets show what they showed first.
"""

import json
import os
import re
import sys
import tempfile
from html import escape
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from plotly.offline import get_plotlyjs

HERE = Path(__file__).parent
PLOTLY, WIDGET = "application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json"
SCRIPT = re.compile(r"<script\b.*?</script>", re.S)
PAGES = {"glossary": "Glossary", "teaching": "For teachers"}


def executed(script: Path) -> nbformat.NotebookNode:
    """A notebook with its outputs, made in an empty folder."""
    book = jupytext.read(script)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        client = NotebookClient(book, timeout=900, kernel_name="python3", resources=resources,
                                store_widget_state=False)  # fmt: skip
        client.execute(env={**os.environ})
    return book


def figures_out(book: nbformat.NotebookNode) -> list[dict]:
    """Take plotly's figures out of a notebook, a comment in the place of each, and widgets too."""
    figures = []
    for output in (o for cell in book.cells for o in cell.get("outputs", [])):
        data = output.get("data", {})
        data.pop(WIDGET, None)
        if PLOTLY in data:
            data["text/html"] = f"<!--figure {len(figures)}-->"
            figures.append(data.pop(PLOTLY))
    return figures


def page_of(book: nbformat.NotebookNode, title: str) -> str:
    """The notebook as a page."""
    figures = figures_out(book)
    body, _ = HTMLExporter(template_name="lab").from_notebook_node(book)
    body = SCRIPT.sub("", body)
    for number, figure in enumerate(figures):
        body = body.replace(f"<!--figure {number}-->", drawn(figure, number))
    head = f'<title>{escape(title)}</title><script src="plotly.min.js"></script>'
    body = re.sub(r"<title>.*?</title>", lambda _: head, body, count=1)
    back = '<nav style="padding:1em"><a href="index.html">All notebooks</a></nav>'
    return re.sub(r"<body[^>]*>", lambda found: found[0] + back, body, count=1)


def drawn(figure: dict, number: int) -> str:
    """What draws a figure; its data cannot end the script it stands in."""
    parts = [json.dumps(figure.get(key, {})).replace("</", "<\\/") for key in ("data", "layout")]
    return (
        f'<div id="figure-{number}"></div><script>'
        f'Plotly.newPlot("figure-{number}", {parts[0]}, {parts[1]}, {{responsive: true}})</script>'
    )


def plain_page(title: str, content: str) -> str:
    """A page of text."""
    style = (
        "body{font:17px/1.6 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{style}</style></head><body><main>{content}</main></body></html>\n"
    )


def title_of(script: Path) -> str:
    """The first heading of a script."""
    return re.search(r"^# # (.+)$", script.read_text("utf-8"), re.M)[1]


def main() -> None:
    """Write the site."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "runs" / "html")
    out.mkdir(parents=True, exist_ok=True)
    (out / "plotly.min.js").write_text(get_plotlyjs(), "utf-8")
    scripts = sorted(HERE.glob("[0-9]*.py"))
    for script in scripts:
        if not sys.argv[2:] or script.stem in sys.argv[2:]:
            print(script.stem, flush=True)
            page = page_of(executed(script), title_of(script))
            (out / f"{script.stem}.html").write_text(page, "utf-8")
    for name, title in PAGES.items():
        text = (HERE / f"{name}.md").read_text("utf-8").replace(".ipynb", ".html")
        (out / f"{name}.html").write_text(plain_page(title, markdown2html(text)), "utf-8")
    names = {script.stem: title_of(script) for script in scripts} | PAGES
    links = "".join(f'<li><a href="{n}.html">{escape(t)}</a></li>' for n, t in names.items())
    index = plain_page("BioALBERT", f"<h1>BioALBERT, a teaching kit</h1><ol>{links}</ol>")
    (out / "index.html").write_text(index, "utf-8")
    print(out / "index.html")


if __name__ == "__main__":
    main()
