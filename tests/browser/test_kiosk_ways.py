"""What else a visitor does at the kiosk: find a matter, open a ticket, call staff, use a keypad."""

from __future__ import annotations

import re

import msgspec
import pytest
from playwright.sync_api import Page, expect

from queue_server.locale import translate
from tests.browser.kiosk_hall import SECRET, TOKEN, KioskHall, choices, problem
from tests.browser.kiosk_visitor import LANGUAGES, Visitor

pytestmark = pytest.mark.browser

HOLDER = f"Bearer t-1.{SECRET}"
DEVICE = f"Bearer {TOKEN}"
SLIP = f"https://hall.example/t/demo/t-1#{SECRET}"
WRONG = {
    "zh": "校验码不对，还可以试4次。",
    "ko": "확인번호가 맞지 않습니다.",
    "en": "That check code is not right.",
}


def scan(page: Page, text: str) -> None:
    """A reader that types like a keyboard: all at once, then Enter."""
    page.evaluate(
        """(text) => {
          const typed = (key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
          for (const key of [...text, "Enter"]) document.body.dispatchEvent(typed(key));
        }""",
        text,
    )


def at_kiosk(page: Page, kiosk: KioskHall, lang: str = "zh", size: tuple[int, int] = (1080, 1920)) -> Visitor:
    visitor = Visitor(page, kiosk, size)
    with page.expect_response("**/catalogue"):
        visitor.arrive()
    visitor.speak(lang)
    return visitor


@pytest.mark.parametrize(
    ("lang", "keys", "matter"), [("zh", "wdkb", "S02"), ("ko", "ㅌㅏㅈㅣ", "S02"), ("en", "pension", "S04")]
)
def test_a_matter_is_found_while_typing_its_guide_is_read_and_it_goes_on_the_ticket(
    page: Page, kiosk: KioskHall, lang: str, keys: str, matter: str
) -> None:
    visitor = at_kiosk(page, kiosk, lang)
    visitor.touch("[data-way=find]")
    expect(page.locator("[data-found]")).to_have_text(translate("kiosk.find_hint", lang))
    visitor.press(keys)
    visitor.touch(f"[data-results] [data-guide={matter}]")
    expect(page.locator("[data-guide-parts] dt")).to_have_text(
        [
            translate(f"kiosk.guide_{part}", lang)
            for part in ("materials", "conditions", "limits", "fee", "steps", "standard", "law", "version")
        ]
    )
    expect(page.locator("[data-guide-parts]")).to_contain_text("3f9a2c1b")
    card = {"S02": "社会保障卡或居民身份证", "S04": "Resident identity card"}[matter]
    expect(page.locator("[data-guide-parts] .check").first).to_have_text(card)
    visitor.settle()
    visitor.take()
    assert visitor.number() == "S023"
    assert [wish.matters for _, wish in kiosk.asked] == [(matter,)]


def test_chinese_from_another_keyboard_finds_by_common_words(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    visitor.touch("[data-way=find]")
    visitor.settle()
    page.fill("[data-query]", "去外地看病")
    expect(page.locator("[data-results] .name").first).to_have_text("跨省异地就医备案")
    page.fill("[data-query]", "造火箭")
    expect(page.locator("[data-found]")).to_have_text(translate("kiosk.no_match", "zh"))
    expect(page.locator("[data-results] button")).to_have_count(0)


def test_back_from_a_guide_leads_to_what_was_typed(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    visitor.touch("[data-way=find]")
    visitor.press("yl")
    visitor.touch("[data-results] button >> nth=0")
    visitor.back()
    expect(page.locator("[data-query]")).to_have_value("yl")
    visitor.back()
    expect(visitor.step("start")).to_be_visible()


def test_a_guide_of_a_row_is_read_without_losing_what_was_chosen(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    visitor.open("S")
    visitor.touch("[data-matter=S01][data-do=matter]:visible")
    visitor.touch("[data-guide=S03]")
    visitor.settle()
    visitor.touch("[data-guide-pick]")
    visitor.back()
    for matter in ("S01", "S03"):
        expect(page.locator(f".row [data-matter={matter}]")).to_have_attribute("aria-pressed", "true")
    visitor.take()
    visitor.number()
    assert set(kiosk.asked[0][1].matters) == {"S01", "S03"}


def test_only_the_checklist_is_printed_and_no_number_taken(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    visitor.open("S")
    visitor.touch("[data-guide=S02]")
    visitor.settle()
    visitor.touch("[data-kind=checklist]")
    expect(page.locator("[data-list-said]")).to_have_text(translate("kiosk.list_printed", "zh"))
    kiosk.paper = "failed"
    visitor.touch("[data-kind=checklist]")
    expect(page.locator("[data-list-said]")).to_have_text(translate("kiosk.list_failed", "zh"))
    assert [(act, who, body["matters"]) for act, who, body in kiosk.acts] == [
        ("checklist", DEVICE, ["S02"])
    ] * 2
    assert kiosk.asked == []


def test_behind_a_long_queue_the_visitor_is_asked_once_more(page: Page, kiosk: KioskHall) -> None:
    kiosk.menu = msgspec.structs.replace(kiosk.menu, long_queue=9)
    visitor = at_kiosk(page, kiosk)
    visitor.open("S")
    visitor.settle()
    visitor.take("priority")
    expect(page.locator("[data-sure]")).to_have_text(translate("kiosk.still", "zh", n=9))
    assert kiosk.asked == []
    visitor.settle()
    visitor.touch("[data-cover=sure] [data-do=back]")
    visitor.settle()
    visitor.take()
    visitor.settle()
    visitor.touch("[data-sure-yes]")
    visitor.number()
    assert [wish.cls for _, wish in kiosk.asked] == ["ordinary"]


def test_a_missed_visitor_comes_back_with_number_and_check_code(page: Page, kiosk: KioskHall) -> None:
    kiosk.state = "missed"
    visitor = at_kiosk(page, kiosk, "ko")
    visitor.open_ticket()
    for lang in LANGUAGES:
        visitor.speak(lang)
        expect(page.locator("[data-held-headline]")).to_contain_text(translate("phone.missed", lang))
    visitor.touch("[data-kind=return]")
    for lang in LANGUAGES:
        visitor.speak(lang)
        expect(page.locator("[data-held-said]")).to_have_text(translate("phone.back_done", lang))
    expect(page.locator("[data-offer=return]")).to_be_hidden()
    assert [(act, who) for act, who, _ in kiosk.acts] == [("claim", DEVICE), ("return", HOLDER)]
    assert kiosk.acts[0][2] == ("S023", "7KQ4M")


def test_a_wrong_code_is_told_and_can_be_typed_again(page: Page, kiosk: KioskHall) -> None:
    kiosk.refusal = problem(403, "wrong_check_code", WRONG)
    visitor = at_kiosk(page, kiosk)
    visitor.touch("[data-way=mine]")
    visitor.settle()
    visitor.press("S023")
    visitor.touch("[data-field=code]")
    visitor.press("AAAAA")
    visitor.touch("[data-kind=claim]")
    expect(page.locator("[data-problem]")).to_have_text(WRONG["zh"])
    expect(page.locator("[data-problem-title]")).to_have_text(translate("kiosk.not_done", "zh"))
    visitor.settle()
    visitor.touch("[data-cover=problem] [data-do=back]")
    kiosk.refusal = None
    visitor.settle()
    visitor.touch("[data-key=erase]")
    visitor.press("B")
    visitor.touch("[data-kind=claim]")
    expect(visitor.step("held")).to_be_visible()
    assert kiosk.acts[-1][2] == ("S023", "AAAAB")


def test_the_slips_code_opens_the_ticket_and_it_says_why_not_me(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    scan(page, SLIP)
    expect(visitor.step("held")).to_be_visible()
    expect(page.locator("[data-held-number]")).to_have_text("S023")
    expect(page.locator("[data-held-why]")).to_contain_text("1人预约、1人优先（最多提前15分钟）、2人比您早到")
    assert not any(SECRET in path for path in kiosk.paths)


def test_a_code_that_opens_nothing_is_told(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk, "ko")
    problem = page.locator("[data-problem]")
    scan(page, "https://pay.example/q/0042")
    expect(problem).to_contain_text(translate("kiosk.code_unknown", "ko"))
    # A slip of another day: the hall knows nothing of it any more.
    scan(page, SLIP.replace(SECRET, "0" * len(SECRET)))
    expect(problem).to_contain_text(translate("kiosk.slip_unknown", "ko"))
    visitor.settle()
    visitor.touch("[data-cover=problem] [data-do=back]")
    expect(page.locator("[data-cover=problem]")).to_be_hidden()
    # The server is gone meanwhile: said, and the ticket opens by itself when it is back.
    kiosk.stop()
    scan(page, SLIP)
    expect(page.locator("[data-cover=link]")).to_be_visible(timeout=10_000)
    kiosk.start()
    expect(visitor.step("held")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-held-number]")).to_have_text("S023")


def test_another_service_keeps_the_number_and_its_place(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    scan(page, SLIP)
    visitor.touch("[data-do=move]")
    expect(page.locator("[data-moving]")).to_have_text(translate("kiosk.moving", "zh", number="S023"))
    visitor.settle()
    visitor.open("F")
    visitor.settle()
    expect(page.locator("[data-do=take]:visible")).to_have_count(0)
    visitor.touch("[data-move]")
    expect(page.locator("[data-held-said]")).to_have_text(translate("kiosk.moved", "zh"))
    assert [(act, who, body) for act, who, body in kiosk.acts] == [("transfer", HOLDER, {"category": "F"})]


def test_one_more_ticket_belongs_to_the_same_visit(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    scan(page, SLIP)
    visitor.touch("[data-do=again]")
    visitor.settle()
    visitor.open("F")
    visitor.settle()
    visitor.take()
    visitor.number()
    assert [wish.visit for _, wish in kiosk.asked] == ["t-1"]


def test_cancelling_asks_first_and_then_says_so(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    scan(page, SLIP)
    visitor.touch("[data-what=cancel]")
    visitor.settle()
    visitor.touch("[data-cover=sure] [data-do=back]")
    assert kiosk.acts == []
    visitor.settle()
    visitor.touch("[data-what=cancel]")
    visitor.settle()
    asked = translate("kiosk.cancel_sure", "zh", number="S023")
    expect(page.locator("[data-sure]")).to_have_text(asked)  # the same question, asked again
    visitor.touch("[data-sure-yes]")
    expect(page.locator("[data-held-headline]")).to_have_text(
        translate("phone.ended_cancelled_by_visitor", "zh")
    )
    expect(page.locator("[data-offer]:visible")).to_have_count(0)
    assert [(act, who) for act, who, _ in kiosk.acts] == [("cancel", HOLDER)]


@pytest.mark.parametrize("read", [True, False], ids=["by reader", "by keys"])
def test_a_booking_checks_in_by_its_code(page: Page, kiosk: KioskHall, read: bool) -> None:
    visitor = at_kiosk(page, kiosk)
    if read:
        scan(page, "7KQ4MXY")
    else:
        visitor.touch("[data-way=booked]")
        visitor.settle()
        visitor.press("7KQ4MXY")
        visitor.touch("[data-do=check-in]")
    assert visitor.number() == "F023"
    assert kiosk.acts == [("check-in", DEVICE, "7KQ4MXY")]


def test_staff_are_called_from_every_page_in_each_language(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    pages = {
        "start": "[data-clock]",
        "category": ".tile[data-category=S]",
        "typing": "[data-way=find]",
        "aids": ".dock [data-sheet=aids]",
    }
    called = ("zh", "ko", "en", "ko")
    for (name, opens), lang in zip(pages.items(), called, strict=True):
        visitor.speak(lang)
        visitor.touch(opens)
        visitor.settle()
        visitor.touch(".dock [data-kind=help]")
        expect(page.locator("[data-cover=staff]")).to_contain_text(translate("kiosk.staff_told", lang))
        visitor.settle()
        visitor.touch("[data-cover=staff] button")
        visitor.settle()
        if name in ("category", "typing"):
            visitor.back()
    assert [(act, body) for act, _, body in kiosk.acts] == [("help", {"language": lang}) for lang in called]


def test_needs_go_with_the_ticket_and_are_forgotten_with_its_visitor(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    visitor.touch(".dock [data-sheet=aids]")
    for need in ("wheelchair", "korean", "guide", "guide"):
        visitor.touch(f"[data-need={need}]")
    visitor.settle()
    visitor.touch("[data-cover=aids] [data-do=sheet]")
    for _ in range(2):
        visitor.settle()
        visitor.open("S")
        visitor.settle()
        visitor.take()
        visitor.number()
        visitor.settle()
        visitor.touch(".step.ticket .done")
    assert [set(wish.needs) for _, wish in kiosk.asked] == [{"wheelchair", "korean"}, set()]


def test_a_keypad_alone_takes_a_ticket_and_every_step_is_said(page: Page, kiosk: KioskHall) -> None:
    page.add_init_script("""window.heard = [];
      window.speechSynthesis.speak = (words) => window.heard.push([words.lang, words.text]);""")
    visitor = at_kiosk(page, kiosk)
    visitor.aid("voice")
    expect(page.locator("[data-caption]")).to_be_visible()
    for _ in range(40):
        if page.evaluate("document.activeElement.dataset.category") == "S":
            break
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-caption]")).to_contain_text("医保社保")
    visitor.settle()
    page.keyboard.press("Enter")
    expect(visitor.step("category")).to_be_visible()
    page.keyboard.press("Escape")
    expect(visitor.step("start")).to_be_visible()
    page.locator(".tile[data-category=S]").focus()
    visitor.settle()
    page.keyboard.press("Enter")
    for _ in range(40):
        if page.evaluate("document.activeElement.dataset.cls") == "ordinary":
            break
        page.keyboard.press("ArrowDown")
    visitor.settle()
    page.keyboard.press("Enter")
    assert visitor.number() == "S023"
    heard = page.evaluate("window.heard")
    assert any("S 0 2 3" in text for _, text in heard), heard
    assert {lang for lang, _ in heard} == {"zh-CN"}


def test_what_a_key_changes_and_where_to_wait_is_said_by_voices_that_can_read_it(
    page: Page, kiosk: KioskHall
) -> None:
    page.add_init_script("""window.heard = [];
      window.speechSynthesis.speak = (words) => window.heard.push([words.lang, words.text]);
      window.heardFrom = (at) => window.heard.slice(at).map((one) => one.join(' ')).join(' / ');""")
    visitor = at_kiosk(page, kiosk, "ko")
    visitor.aid("voice")

    def says(*wanted: str, by: str) -> None:
        """Press Enter where the keypad stands, and hear all of this."""
        visitor.settle()
        at = page.evaluate("window.heard.length")
        page.locator(by).focus()
        page.keyboard.press("Enter")
        for each in wanted:
            page.wait_for_function("([at, each]) => window.heardFrom(at).includes(each)", arg=[at, each])

    says(translate("kiosk.pick", "ko"), by=".tile[data-category=S]")
    page.locator("[data-matter=S02]").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    materials = "zh-CN 社会保障卡"
    says(materials, "ko-KR " + translate("kiosk.said_on", "ko"), by="[data-matter=S02]")
    says(translate("kiosk.said_off", "ko"), by="[data-matter=S02]")
    says("ko-KR S 0 2 3", translate("kiosk.ahead", "ko", n=9), "사회보장구역", by="[data-cls=ordinary]")
    visitor.settle()
    heard = page.evaluate("window.heard")
    wrong = [text for lang, text in heard if lang == "ko-KR" and re.search("[\u4e00-\u9fff]", text)]
    assert wrong == []

    visitor.touch(".step.ticket .done")
    visitor.speak("ko")
    visitor.aid("voice")
    scan(page, SLIP)
    says(translate("kiosk.cancel_sure", "ko", number="S023"), by="[data-what=cancel]")
    says("ko-KR " + translate("phone.ended_cancelled_by_visitor", "ko"), by="[data-sure-yes]")


def test_the_halls_voice_and_the_browsers_take_turns(page: Page, kiosk: KioskHall) -> None:
    page.add_init_script("""window.heard = [];
      const voice = { base: '/voice', said: { zh: ['pick', 'yours', 'said_keys'] } };
      document.addEventListener('DOMContentLoaded', () => {
        const config = document.getElementById('kiosk-config');
        config.textContent = JSON.stringify({ ...JSON.parse(config.textContent), voice });
      });
      HTMLMediaElement.prototype.play = async function () {
        const from = new URL(this.src).pathname;
        window.heard.push(from);
        setTimeout(() => this.dispatchEvent(new Event(from.includes('/numbers/') ? 'error' : 'ended')));
      };
      window.voices = [{}];
      window.speechSynthesis.getVoices = () => window.voices;
      window.speechSynthesis.speak = (words) => {
        window.heard.push(words.text);
        setTimeout(() => words.onend?.());
      };""")
    page.route("**/voice/**", lambda _: None)
    visitor = at_kiosk(page, kiosk)
    visitor.aid("voice")
    visitor.open("S")
    keys = "/voice/zh/prompts/said_keys.wav"
    page.wait_for_function("keys => window.heard.at(-1) === keys", arg=keys)
    assert page.evaluate("window.heard.slice(-2)") == ["/voice/zh/prompts/pick.wav", keys]
    page.evaluate("window.heard.length = 0")
    visitor.take()
    page.wait_for_function("keys => window.heard.at(-1) === keys", arg=keys)
    number, instead, yours, told, _ = page.evaluate("window.heard")
    assert (number, instead, yours) == (
        "/voice/zh/numbers/S023.wav",
        "S 0 2 3",
        "/voice/zh/prompts/yours.wav",
    )
    assert told.startswith(translate("kiosk.ahead", "zh", n=9))
    # A machine without voices still has the hall's own.
    page.evaluate("window.voices = []")
    visitor.settle()
    visitor.touch(".step.ticket .done")
    visitor.aid("voice")
    page.evaluate("window.heard.length = 0")
    scan(page, SLIP)
    expect(visitor.step("held")).to_be_visible()
    page.wait_for_function("keys => window.heard.at(-1) === keys", arg=keys)
    assert page.evaluate("window.heard") == [number, "S 0 2 3", keys]


def test_without_a_voice_the_prompts_are_still_shown(page: Page, kiosk: KioskHall) -> None:
    page.add_init_script("Object.defineProperty(window, 'speechSynthesis', { value: undefined });")
    visitor = at_kiosk(page, kiosk, "en")
    visitor.aid("voice")
    visitor.open("S")
    expect(page.locator("[data-caption]")).to_contain_text(translate("kiosk.said_keys", "en"))
    expect(page.locator("[data-caption]")).to_contain_text(translate("kiosk.pick", "en"))


@pytest.mark.proves("S32")
def test_a_reload_with_the_server_gone_keeps_the_page_and_its_guides(page: Page, kiosk: KioskHall) -> None:
    visitor = at_kiosk(page, kiosk)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()  # now the worker sees every file
    expect(page.locator("yc-kiosk[data-ready]")).to_be_attached()
    page.evaluate("fetch('/api/halls/demo/catalogue')")
    kiosk.stop()
    page.reload()
    expect(visitor.step("start")).to_be_visible()
    expect(page.locator("[data-strip]")).to_be_visible()
    visitor.touch("[data-way=find]")
    visitor.press("yl")
    expect(page.locator("[data-results] button")).not_to_have_count(0)
    visitor.back()
    kiosk.start()
    expect(page.locator("[data-strip]")).to_be_hidden(timeout=15_000)


def test_a_hall_without_matters_still_gives_tickets(page: Page, kiosk: KioskHall) -> None:
    kiosk.menu = msgspec.structs.replace(
        kiosk.menu, choices=tuple(msgspec.structs.replace(choice, matters=()) for choice in choices())
    )
    visitor = at_kiosk(page, kiosk)
    visitor.open("S")
    visitor.settle()
    visitor.take()
    assert visitor.number() == "S023"
