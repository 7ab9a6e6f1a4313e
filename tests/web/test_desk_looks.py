"""The desk on screens of all sizes and colours: what is there is in reach, and can be read."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.barcodes import write_barcode_video
from tests.support.site import Site
from tests.web.conftest import AddVideo
from tests.web.desk_page import DeskPage
from tests.web.ready_videos import add_ready_video
from tests.web.test_desk_timeline import write_scores

SCREENS = [(1280, 720), (1024, 768), (820, 1180), (1180, 820)]
TASKS = ("Clips", "Cuts", "Detect")
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
SMALL_TARGETS = """leastPx => [...document.querySelectorAll(".desk :is(button, summary), .key")]
    .filter(it => it.checkVisibility())
    .map(it => [it.ariaLabel || it.textContent, it.getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < leastPx)
    .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""


@pytest.fixture(scope="session")
def upright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proxy that is higher than wide."""
    path = tmp_path_factory.mktemp("upright") / "upright.mp4"
    fps = Fraction(25)
    return write_barcode_video(path, fps=fps, frame_count=120, gop=1, width=180, height=320)


@pytest.fixture(params=["wide", "upright"])
def scored_video(
    request: pytest.FixtureRequest, site: Site, add_video: AddVideo, upright: Path
) -> int:
    """A video with a detector's scores, wider than high or higher than wide."""
    if request.param == "wide":
        video_id = add_video()
    else:
        video_id = add_ready_video(
            site.runtime, upright, title="Upright", fps=Fraction(25), cuts=(30, 75)
        )
    write_scores(site, video_id)
    return video_id


def go_to_task(page: Page, task: str) -> None:
    """Choose a task, and let nothing play meanwhile."""
    page.get_by_role("button", name=task, exact=True).click()
    if task == "Cuts":
        page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_everything_is_reached_on_small_screens(
    page: Page, site: Site, scored_video: int, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    DeskPage(page, site, scored_video).open()
    for task in TASKS:
        go_to_task(page, task)
        stage = page.locator(".stage").bounding_box()
        assert stage is not None
        assert stage["width"] > width * (0.6 if width > 900 else 0.99)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        parts = page.locator(".desk-side, .desk-transport, .desk-timelines, .status-line")
        buttons = parts.locator("button:enabled:visible, summary:visible")
        assert buttons.count() > 15
        for button in buttons.all():
            button.click(trial=True)  # scrolls there; complains if something is over it
            expect(button).to_be_in_viewport(ratio=0.95)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_words_stand_out_from_their_ground(
    page: Page, site: Site, add_video: AddVideo, theme: str
) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    video_id = add_video()
    write_scores(site, video_id)
    desk = DeskPage(page, site, video_id).open()
    desk.press("a", "s", "d")  # one clip of each state
    desk.expect_saved()
    for task in TASKS:
        go_to_task(page, task)
        assert page.evaluate(CONTRAST) == []
    desk.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(CONTRAST) == []


@pytest.fixture
def tablet(browser: Browser, site: Site) -> Iterator[Page]:
    """A page under fingers."""
    context = browser.new_context(has_touch=True, viewport={"width": 820, "height": 1180})
    page = context.new_page()
    page.goto(site.address)
    yield page
    context.close()


@pytest.mark.parametrize(("hand", "least_px"), [("page", 24), ("tablet", 35)])
def test_buttons_are_as_large_as_what_presses_them(
    request: pytest.FixtureRequest, site: Site, add_video: AddVideo, hand: str, least_px: int
) -> None:
    page: Page = request.getfixturevalue(hand)
    video_id = add_video()
    write_scores(site, video_id)
    desk = DeskPage(page, site, video_id).open()
    desk.press("a")
    desk.expect_saved()
    for task in TASKS:
        go_to_task(page, task)
        small = page.evaluate(SMALL_TARGETS, least_px)
        assert [one for one in small if not one.startswith("Snap")] == []
    desk.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(SMALL_TARGETS, 24) == []


def test_on_a_tablet_held_upright_the_verdicts_are_in_sight_with_the_frame(
    tablet: Page, site: Site, add_video: AddVideo
) -> None:
    tablet.set_viewport_size({"width": 768, "height": 1024})
    DeskPage(tablet, site, add_video()).open()
    expect(tablet.locator(".stage-picture")).to_be_in_viewport(ratio=1)
    for name in ("Approve", "Archive", "End here"):
        tablet.get_by_role("button", name=name).click(trial=True)
    assert tablet.evaluate("scrollY") == 0


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    """A small page under fingers."""
    context = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(site.address)
    yield page
    context.close()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390)])
def test_on_a_phone_the_verdicts_are_in_sight_with_the_picture(
    phone: Page, site: Site, scored_video: int, width: int, height: int
) -> None:
    phone.set_viewport_size({"width": width, "height": height})
    DeskPage(phone, site, scored_video).open()
    expect(phone.locator(".stage")).to_be_in_viewport(ratio=0.99)
    for name in ("Approve", "Skip", "Archive", "Play", "One frame forward"):
        button = phone.get_by_role("button", name=name, exact=True)
        expect(button).to_be_in_viewport(ratio=0.99)
        button.click(trial=True)
    assert phone.evaluate("scrollY") == 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= width
    expect(phone.locator(".status-line kbd, .action kbd").filter(visible=True)).to_have_count(0)


def top_of(page: Page, name: str) -> float:
    box = page.get_by_role("button", name=name, exact=True).bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("height", [720, 800, 1080])
def test_the_verdicts_stay_where_they_are_from_clip_to_clip(
    page: Page, site: Site, add_video: AddVideo, height: int
) -> None:
    page.set_viewport_size({"width": 1280, "height": height})
    desk = DeskPage(page, site, add_video()).open()
    empty = top_of(page, "Approve")
    page.get_by_label("Notes").fill("rain\n" * 5)
    assert top_of(page, "Approve") == empty
    desk.press("Escape", "m", "ArrowDown", "ArrowDown", "g", "a")
    desk.expect_saved()
    assert top_of(page, "Approve") == empty


CUT_OFF = """[...document.querySelectorAll(
      ".clip-head *, .clip-times, .queue-row *, .action > span, .status-last")]
    .filter(it => it.checkVisibility() && it.scrollWidth > it.clientWidth + 1
      && getComputedStyle(it).display !== "inline")
    .map(it => it.textContent)"""


def test_no_words_are_cut_off_at_the_usual_width(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    video_id = add_video(cuts=tuple(range(1, 120)))
    desk = DeskPage(page, site, video_id).open()
    desk.press("9", "m", "ArrowDown", "m", "g", "m")
    desk.expect_saved()
    expect(page.locator(".queue-row.marked")).to_have_count(1)
    assert page.evaluate(CUT_OFF) == []


RINGS_CUT_OFF = """() => {
    const scrolls = (box) => getComputedStyle(box).overflowX !== "visible";
    return [...document.querySelectorAll(
        ".desk :is(button, input, textarea, summary, a, [tabindex='0'])")]
      .filter((it) => it.checkVisibility() && !it.disabled)
      .flatMap((it) => {
        it.focus({ focusVisible: true });
        it.scrollIntoView({ block: "center" });
        const { outlineOffset, outlineWidth } = getComputedStyle(it);
        const ring = parseFloat(outlineOffset) + parseFloat(outlineWidth);
        let box = it.parentElement;
        while (box && !scrolls(box)) box = box.parentElement;
        if (!box || ring <= 0 || document.activeElement !== it) return [];
        const [inner, outer] = [it.getBoundingClientRect(), box.getBoundingClientRect()];
        const isSeen = inner.left - ring >= outer.left && inner.right + ring <= outer.right
          && inner.top - ring >= outer.top && inner.bottom + ring <= outer.bottom;
        return isSeen ? [] : [`${it.ariaLabel || it.textContent} in ${box.className}`];
      });
}"""


@pytest.mark.parametrize("task", TASKS)
def test_the_ring_around_what_has_the_focus_is_seen_whole(
    page: Page, site: Site, add_video: AddVideo, task: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    video_id = add_video()
    write_scores(site, video_id)
    DeskPage(page, site, video_id).open()
    page.keyboard.press("Shift")  # a hand on the keyboard
    go_to_task(page, task)
    assert page.evaluate(RINGS_CUT_OFF) == []


def test_all_keys_are_seen_at_once_in_a_low_window(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    desk = DeskPage(page, site, add_video()).open()
    desk.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for preset in ("LosslessCut", "CVAT", "Heaters"):
        dialog.get_by_role("button", name=preset).click()
        assert dialog.evaluate("it => it.scrollHeight <= it.clientHeight")
        rows = dialog.locator(".keys-line dd:not(:has(> :nth-child(6)))").all()
        assert all((box := row.bounding_box()) and box["height"] < 30 for row in rows)


def test_what_is_opened_to_be_read_is_seen_in_a_low_window(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    desk = DeskPage(page, site, add_video()).open()
    desk.press("a", "ArrowUp")
    desk.expect_frame(0)
    page.locator(".clip-export summary").click()
    expect(page.get_by_text("copied, not encoded again")).to_be_in_viewport()
    page.locator(".clip-history summary").click()
    expect(page.locator(".clip-trail li").first).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", name="Clip 1 of 4")).to_be_in_viewport()


def test_headings_lead_a_screen_reader_from_the_video_to_the_clip(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    DeskPage(page, site, add_video(title="Numbers")).open()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review of Numbers")
    expect(page.get_by_role("heading", level=2)).to_have_text("Clip 1 of 4")


def test_nothing_moves_about_for_who_asked_for_less_motion(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    page.emulate_media(reduced_motion="reduce")
    DeskPage(page, site, add_video()).open()
    progress = page.locator(".stage-progress")
    progress.evaluate("line => line.classList.add('waiting')")
    shown = "line => getComputedStyle(line, '::after').animationIterationCount"
    assert progress.evaluate(shown) == "1"


def test_the_queue_stays_in_sight_while_the_history_of_a_clip_is_read(
    page: Page, site: Site, add_video: AddVideo
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    desk = DeskPage(page, site, add_video(cuts=tuple(range(1, 120)))).open()
    desk.press("s", "ArrowUp", "d", "ArrowUp", "a", "ArrowUp", "s", "ArrowUp", "d", "ArrowUp")
    desk.expect_saved()
    page.get_by_text("History", exact=True).click()
    expect(page.get_by_text("skipped it").first).to_be_visible()
    for part in (".next-clip >> nth=0", ".queue-row >> nth=0", ".actions"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    page.locator(".queue-list").hover()
    page.mouse.wheel(0, 3000)
    expect(page.locator(".queue-row[data-clip='0']")).to_have_count(0)


def test_on_a_phone_undo_and_redo_are_buttons_and_nothing_in_the_lines_is_cut_off(
    phone: Page, site: Site, add_video: AddVideo
) -> None:
    desk = DeskPage(phone, site, add_video()).open()
    desk.press("d", "d", "Control+z")
    expect(phone.locator(".status-last")).to_contain_text("undone")
    for name in ("Undo", "Redo"):
        button = phone.locator(".status-line").get_by_role("button", name=name)
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        expect(button).to_be_in_viewport(ratio=1)
    phone.locator(".status-line").get_by_role("button", name="Redo").tap()
    expect(phone.locator(".status-last")).to_have_text("redone: archived clip 2")
    phone.locator(".status-line").get_by_role("button", name="Undo").tap()
    expect(phone.locator(".status-last")).to_contain_text("undone")
    phone.reload()
    expect(phone.locator(".status-last")).to_have_text("archived clip 1")
    cut_off = CUT_OFF.replace(".clip-head *", ".transport-exact, .status-line .quiet, .clip-head *")
    assert phone.evaluate(cut_off) == []
