"""Explain as a visitor finds it, and what a prediction is worth."""

import re

import pytest
from playwright.sync_api import Page, expect

from .waits import open_menu, quiet

HERO = ".st-key-explained canvas.view"


def inside(page: Page, part: str) -> dict[str, float]:
    """Return where a part lies; all of it must be in the window."""
    box, window = page.locator(part).first.bounding_box(), page.viewport_size
    assert box is not None
    assert box["x"] >= 0, part
    assert box["y"] >= 0, part
    assert box["x"] + box["width"] <= window["width"], part
    assert box["y"] + box["height"] <= window["height"], part
    return box


def cut_names(page: Page) -> list[str]:
    """Return names of classes that are cut or broken within a word."""
    return page.locator("table.prediction td:first-child").evaluate_all(
        "all => all.filter((cell) => cell.scrollWidth > cell.clientWidth || cell.clientHeight > 60)"
        ".map((cell) => cell.textContent)"
    )


def test_the_first_screen_holds_the_whole_explanation(visit):
    page = visit().open("/explain")
    hero = page.locator(HERO)
    expect(hero).to_be_visible()
    quiet(page)
    assert inside(page, HERO)["width"] >= 420
    for part in (
        ".st-key-explained .scale",
        ".st-key-explained .smooth",
        ".st-key-method",
        ".st-key-sanity button",
        "table.prediction",
    ):
        inside(page, part)
    expect(page.locator("[data-testid=stMain]")).to_contain_text(
        "Cover the patch that matters most, and the score of “star” falls"
    )
    assert hero.bounding_box()["y"] > page.get_by_text("Cover the patch that matters most").bounding_box()["y"]
    assert page.locator("[data-testid=stMain] li").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert cut_names(page) == []
    for width, height in ((390, 844), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        assert cut_names(page) == []
    page.set_viewport_size({"width": 1280, "height": 720})
    page.locator(".st-key-subject_present button").first.click()
    expect(page).to_have_url(re.compile("present=1"))
    quiet(page)
    assert cut_names(page) == []


@pytest.mark.parametrize("path", ["/explain", "/activations"])
def test_a_photo_says_what_it_is_worth_in_sight_and_offers_imagenets_weights(visit, path):
    page = visit().open(f"{path}?image=cat&method=gradcam")
    expect(page.locator(".st-key-doubt")).to_contain_text("It can only say which shape the cat looks like.")
    quiet(page)
    inside(page, ".st-key-doubt button")
    page.locator(".st-key-doubt button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("They could not be fetched.")
    expect(dialog.locator("input[type=file]")).to_have_count(1)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    open_menu(page.get_by_role("button", name="Another picture"))
    page.get_by_role("button", name="ring", exact=True).click()
    expect(page.locator(".st-key-doubt")).to_have_count(0)
    expect(page).to_have_url(re.compile("image=ring"))
