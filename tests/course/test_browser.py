"""The highlighting notebook in a real browser: JupyterLab, headless Chromium, a person's clicks.

Screenshots are left in ``runs/course`` to be looked at. Skipped where no Chromium is installed.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = "07_entity_highlighting.ipynb"
SHOTS = ROOT / "runs" / "course"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TRAINED = 400_000  # milliseconds for the cells, which train a tagger
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--no-first-run"),
]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
playwright = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the notebooks; its cells are all drawn at once."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    whole = json.dumps({"windowingMode": "none"})
    (settings / "tracker.jupyterlab-settings").write_text(whole)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}"]
    command += [f"--LabApp.user_settings_dir={folder / 'settings'}", "--LabApp.news_url=None"]
    log = (folder / "lab.log").open("wb")
    home = {"HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **home})
    address = f"http://localhost:{port}/lab/tree/notebooks/{NOTEBOOK}"
    try:
        _wait_for(f"http://localhost:{port}/api", server, folder / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait()
        log.close()


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        try:
            urlopen(address).close()
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.5)
        else:
            return
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def page(lab):
    """The notebook in a browser, all cells run."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(60_000)
        page.goto(lab)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.locator(".jp-OutputArea-output", has_text="--- conll").wait_for(timeout=TRAINED)
        SHOTS.mkdir(parents=True, exist_ok=True)
        yield page
        browser.close()


def test_a_text_of_ones_own_is_typed_filtered_and_highlighted(page):
    widget = page.locator(".jp-CodeCell", has=page.locator("textarea")).first
    widget.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / "1-before.png")
    widget.locator("textarea").fill("Aspirin against fever in rats with lung cancer.")
    widget.get_by_role("button", name="Find entities").click()
    marks = widget.locator("mark")
    marks.filter(has_text="fever").first.wait_for()
    page.screenshot(path=SHOTS / "2-typed.png")
    assert marks.filter(has_text="Disease").count() >= 1
    widget.get_by_role("checkbox", name="Disease").uncheck()
    marks.filter(has_text="Disease").first.wait_for(state="detached")
    page.screenshot(path=SHOTS / "3-without-diseases.png")
    assert marks.filter(has_text="rats").count() == 1


def test_marks_are_reached_by_the_keyboard_and_named_for_screen_readers(page):
    mark = page.locator(".jp-OutputArea-output mark[tabindex='0']").first
    mark.focus()
    assert mark.evaluate("it => it === document.activeElement")
    assert ": " in mark.get_attribute("aria-label")


def test_plots_are_drawn_and_no_cell_failed(page):
    assert page.locator(".js-plotly-plot .main-svg").count() >= 1
    assert (
        page.locator("[data-mime-type='application/vnd.jupyter.stderr']", has_text="Error").count()
        == 0
    )
    page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / "4-plot.png")
