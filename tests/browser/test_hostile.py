"""What one visitor writes makes another one's browser ask nobody anything; `visit` fails on any request elsewhere."""

import json

from playwright.sync_api import expect

from .waits import open_menu

PICTURE = "![look](http://evil.example/a.png)"
EVIL = f"{PICTURE} <img src='http://evil.example/b.png'>"


def test_a_walk_draws_no_picture_from_elsewhere(visit, tmp_path):
    stop = {"link": "/?preset=course", "question": EVIL, "answer": f"{EVIL}\n\n[a](http://evil.example)\n\n    {EVIL}"}
    file = tmp_path / "walk.json"
    file.write_text(json.dumps({"title": EVIL, "stops": [stop, stop]}), "utf-8")
    page = visit().open()
    open_menu(page.locator(".st-key-subject_walk button"))
    page.locator(".st-key-walk_upload input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Walk it").click()
    bar = page.locator(".st-key-walk")
    expect(bar).to_contain_text("1 of 2")
    expect(bar).to_contain_text("![look]")
    bar.locator(".st-key-walk_answer button").click()
    expect(bar.get_by_text("[a]")).to_be_visible()
    assert bar.locator("img, a").count() == 0
    open_menu(page.locator(".st-key-subject_walk button"))
    expect(page.locator(".st-key-walk_remove_1")).to_be_visible()
    page.goto(page.url.split("?")[0] + "?image=" + PICTURE.replace("#", ""))
    expect(page.get_by_test_id("stAlert").first).to_contain_text("![look]")
