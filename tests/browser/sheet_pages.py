"""What the tests of keying a room do on its page: without any network, with presses that are counted, with photos as a
telephone makes them.
"""

import io
import os
from pathlib import Path
from types import SimpleNamespace

from PIL import Image
from playwright.sync_api import Page, expect


class Off:
    """No network at all, as long as the block lasts."""

    def __init__(self, sheet_site: SimpleNamespace, *contexts) -> None:
        self.site, self.contexts = sheet_site.site, contexts

    def __enter__(self) -> None:
        self.site.kill("web")
        for context in self.contexts:
            context.set_offline(True)

    def __exit__(self, *_: object) -> None:
        self.site.start_web()
        for context in self.contexts:
            context.set_offline(False)


class Clicks:
    """Presses of the mouse, counted as the design counts them; choosing a file is two, the button and the dialog."""

    def __init__(self, page: Page) -> None:
        self.page, self.many = page, 0

    def press(self, selector: str) -> None:
        self.many += 1
        self.page.locator(selector).first.click()

    def photo(self, selector: str, seed: int) -> None:
        self.many += 2
        self.page.set_input_files(selector, [telephone_photo(seed)])


def telephone_photo(seed: int) -> dict:
    """A photo of twelve megapixels, as a telephone makes it."""
    out = io.BytesIO()
    grain = Image.effect_noise((1000, 750), 30 + seed).convert("RGB")
    grain.resize((4000, 3000), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return {"name": f"IMG_{seed}.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def address(sheet_site: SimpleNamespace, room: str) -> str:
    return f"/office/sheets/{sheet_site.__dict__[room]['sheet']}/"


def mark(row: int, value: str) -> str:
    """The label of one mark: the radio itself cannot be seen."""
    return f"#row-{row} input[value={value}] + label"


def mark_of(page: Page, name: str, value: str) -> str:
    """The label of one mark of somebody by name."""
    names = page.locator("tr.seat [data-part=name]").all_inner_texts()
    return f"tr.seat:nth-child({names.index(name) + 1}) input[value={value}] + label"


def opened(context, where: str) -> Page:
    """Open a sheet with a network, and wait until this computer has it."""
    page = context.new_page()
    page.goto(where)
    expect(page.locator("#page-kept")).to_be_visible()
    return page


def drafts(page: Page) -> list[dict]:
    """What this computer keeps of sheets."""
    return page.evaluate(
        """() => new Promise((done, failed) => {
          const opening = indexedDB.open("qianchang.sheets");
          opening.onerror = () => failed(opening.error);
          opening.onsuccess = () => {
            const asked = opening.result.transaction("drafts").objectStore("drafts").getAll();
            asked.onsuccess = () => {
              opening.result.close();
              done(asked.result.map(({ sheet, state }) => ({ sheet, state })));
            };
          };
        })"""
    )


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("QIANCHANG_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
