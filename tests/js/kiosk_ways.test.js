import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";

import { Burst, byPlace, TypingReader } from "../../kiosk/static/kiosk-readers.js";
import { after, fresh } from "../../kiosk/static/kiosk-state.js";
import { askedFirst, typedAct, untouched } from "../../kiosk/static/kiosk-touches.js";

register("./flat.js", import.meta.url);
const { asksForClerk, readCode } = await import("../../kiosk/static/kiosk-errands.js");

const acts = (...all) => all.reduce(after, fresh("zh"));
const keys = (text) => [...text].map((key) => ({ do: "key", key }));
const SLIP = { ticket: "t-1", secret: "abc", place: null };

test("a search is typed and erased, and its guide leads back to it", () => {
  const found = acts({ do: "way", way: "find" }, ...keys("ylx"), { do: "key", key: "erase" });
  assert.equal(found.query, "yl");
  const read = after(found, { do: "guide", id: "S01", category: "S" });
  assert.deepEqual([read.step, read.category, read.guide, read.matters], ["category", "S", "S01", ["S01"]]);
  const back = after(read, { do: "back" });
  assert.deepEqual([back.step, back.query, back.matters], ["typing", "yl", []]);
});

test("a number and its check code are typed into the field that was touched last", () => {
  const typed = acts({ do: "way", way: "mine" }, ...keys("S02"), { do: "field", field: "code" }, ...keys("7K"));
  assert.deepEqual([typed.number, typed.code], ["S02", "7K"]);
  assert.equal(after(typed, { do: "key", key: "space" }), typed);
});

test("an errand's answer changes nothing once nobody waits for it", () => {
  const asked = acts({ do: "errand", kind: "help", key: "one" });
  assert.equal(asked.errand.kind, "help");
  assert.equal(after(asked, { do: "errand-done", key: "other", said: null }), asked);
  const gone = after(asked, { do: "wipe", lang: "zh" });
  assert.equal(after(gone, { do: "errand-done", key: "one", said: null }), gone);
});

test("changing the service leads back to the ticket, one more ticket to the start page of the same visit", () => {
  const held = acts({ do: "opened", held: SLIP });
  const moving = acts({ do: "opened", held: SLIP }, { do: "move" }, { do: "open", category: "F" });
  assert.deepEqual([moving.step, moving.moving, moving.category], ["category", true, "F"]);
  const back = [{ do: "back" }, { do: "back" }].reduce(after, moving);
  assert.deepEqual([back.step, back.moving, back.held], ["held", false, SLIP]);
  const again = [{ do: "again" }, { do: "open", category: "F" }, { do: "take", cls: "ordinary", key: "k" }].reduce(after, held);
  assert.equal(again.taking.wish.visit, "t-1");
});

test("the next visitor finds nothing of the one before", () => {
  const full = acts({ do: "low" }, { do: "voice" }, { do: "need", need: "guide" }, { do: "opened", held: SLIP }, { do: "sure", what: "cancel" });
  assert.ok(!untouched(full, "zh"));
  assert.deepEqual(after(full, { do: "wipe", lang: "zh" }), fresh("zh"));
});

test("a ticket behind a long queue is asked for twice, any other once", () => {
  const menu = { languages: ["zh"], long_queue: 20, choices: [{ category: "S", waiting: 20, matters: [] }] };
  const at = acts({ do: "open", category: "S" });
  const take = { do: "take", cls: "priority", key: "k" };
  assert.deepEqual(askedFirst(at, take, menu), { do: "sure", what: "priority" });
  assert.equal(askedFirst(after(at, { do: "sure", what: "priority" }), take, menu), take);
  assert.equal(askedFirst(at, take, { ...menu, long_queue: 21 }), take);
  assert.equal(askedFirst(at, take, { ...menu, long_queue: 0 }), take);
});

test("letters of a real keyboard are typed where the page asks for them, and only there", () => {
  assert.equal(typedAct(fresh("zh"), "a"), null);
  assert.deepEqual(typedAct(acts({ do: "way", way: "mine" }), "s"), { do: "key", key: "S" });
  assert.deepEqual(typedAct(acts({ do: "way", way: "find" }), "Backspace"), { do: "key", key: "erase" });
  assert.equal(typedAct(acts({ do: "way", way: "find" }), "F5"), null);
});

test("a reader is told from fingers by its speed", () => {
  assert.deepEqual(heard(pressed("7KQ4MXY"), 5), ["7KQ4MXY"]);
  assert.equal(heard(pressed("7KQ4MXY"), 120), null);
  assert.equal(heard(pressed("7K"), 5), null);
});

/** The keys that bring a text: their places on a US keyboard, and what `layout` makes of each. */
function pressed(text, layout = {}) {
  return [...text].map((char) => {
    const code = /[a-z]/i.test(char) ? `Key${char.toUpperCase()}` : /\d/.test(char) ? `Digit${char}` : PLACES[char];
    return { code, key: layout[char] ?? char, shiftKey: /[A-Z:#?_]/.test(char) };
  });
}
const PLACES = { ":": "Semicolon", "/": "Slash", "#": "Digit3", ".": "Period", "-": "Minus", "_": "Minus" };

function heard(keys, pause, settings = { prefix: "", suffix: "Enter" }) {
  const burst = new Burst(settings);
  const last = { code: settings.suffix, key: settings.suffix, shiftKey: false };
  return [...keys, last].map((event, i) => burst.hear(event, i * pause)).at(-1);
}

test("whatever layout the machine is set to, a reader's code is what it typed", () => {
  const code = "https://hall.example/t/demo/t-1_A#0f0e";
  const french = { a: "q", q: "a", m: ",", ":": "M", "/": "!", "#": "3", ".": ":", 0: "à", 1: "&", "-": ")", _: "°" };
  const korean = Object.fromEntries([...code].filter((char) => /[a-z]/i.test(char)).map((char) => [char, "ㅁ"]));
  const chinese = Object.fromEntries([...code].map((char) => [char, "Process"]));
  for (const layout of [{}, french, korean, chinese]) assert.equal(heard(pressed(code, layout), 5)[0], code);
  // A reader that is set to the machine's own layout is right by its characters.
  const own = heard(pressed("q", french).concat(pressed("mazeqw", { m: "a" })), 5);
  assert.deepEqual(own, ["qmazeqw", "aaazeqw"]);
  assert.equal(byPlace({ code: "Numpad7", key: "Home", shiftKey: false }), "7");
  assert.equal(byPlace({ code: "", key: "x", shiftKey: false }), "x");
});

test("a prefix is taken off and what lacks it is none of the reader's; a reader may end with Tab", () => {
  const settings = { prefix: "~Q", suffix: "Tab" };
  const typed = [{ code: "Backquote", key: "~", shiftKey: true }, ...pressed("Q7KQ4MXY")];
  assert.deepEqual(heard(typed, 5, settings), ["7KQ4MXY"]);
  assert.equal(heard(pressed("7KQ4MXY"), 5, settings), null);
  assert.equal(new Burst(settings).hear({ code: "Enter", key: "Enter", shiftKey: false }, 0), null);
});

test("a few keys in a row are a person's, a longer burst without an end is nobody's", () => {
  const rest = (text) => {
    const burst = new Burst();
    pressed(text).forEach((event, i) => burst.hear(event, i * 5));
    return burst.let().join("");
  };
  assert.equal(rest("S02"), "S02");
  assert.equal(rest("999999195001010015"), "");
});

test("a page too busy for its timers loses no key, and Enter at once after a letter keeps both", () => {
  globalThis.HTMLInputElement ??= class {};
  const told = [];
  const reader = new TypingReader(() => ({ prefix: "", suffix: "Enter", cards: 0 }));
  const hear = (key, timeStamp) => {
    let passed = true;
    const stop = () => (passed = false);
    reader.hear({ code: "", key, timeStamp, target: null, stopImmediatePropagation: stop, preventDefault: stop },
      (read) => told.push(read));
    return passed;
  };
  // No timer runs between these: the next key comes first.
  assert.deepEqual(["7", "K", "Q"].map((key, i) => hear(key, i * 60)), [false, false, false]);
  assert.deepEqual(told, [{ typed: ["7"] }, { typed: ["K"] }]);
  assert.equal(hear("Enter", 130), true);
  assert.deepEqual(told.slice(2), [{ typed: ["Q"] }]);
  assert.equal(reader.later, undefined, "nothing is told twice");
  [..."7KQ4MXY"].forEach((key, i) => hear(key, 300 + i * 5));
  assert.equal(hear("Enter", 340), false);
  assert.deepEqual(told.slice(3), [{ texts: ["7KQ4MXY"] }]);
});

const MENU = { long_queue: 0, choices: [{ category: "S", waiting: 3, matters: [{ id: "S01", identity: true }, { id: "S02" }] }] };

test("a card is asked for where a chosen matter requires it, and the ticket carries its handle", () => {
  const chosen = acts({ do: "open", category: "S" }, { do: "matter", id: "S02" });
  const take = { do: "take", cls: "priority", key: "one" };
  assert.equal(askedFirst(chosen, take, MENU), take);
  const both = after(chosen, { do: "matter", id: "S01" });
  assert.deepEqual(askedFirst(both, take, MENU), { do: "card", cls: "priority" });
  const asked = after(both, { do: "card", cls: "priority" });
  assert.equal(after(asked, { do: "back" }).card, "");
  const shown = after(asked, { do: "person", person: "h", key: "two" });
  assert.deepEqual([shown.card, shown.taking.wish.person, shown.taking.wish.cls], ["", "h", "priority"]);
  assert.equal(after(both, { do: "person", person: "h", key: "two" }), both);
  const refused = after(shown, { do: "refused", key: "two", problem: { code: "already_waiting" } });
  assert.equal(refused.person, "", "the next try shows the card anew");
  assert.equal(after(shown, { do: "wipe", lang: "zh" }).person, "");
});

test("a slip's code and a booking's are told apart, and from anything else", () => {
  const held = { ticket: "t-1", secret: "0f0e", place: null };
  assert.deepEqual(readCode("https://hall.example/t/demo/t-1#0f0e"), { held });
  assert.deepEqual(readCode("99999919500101001x"), { card: "99999919500101001X" });
  assert.deepEqual(readCode(" 7kq4mxy "), { booking: "7KQ4MXY" });
  for (const other of ["", "6901234567892", "https://elsewhere.example/", "javascript:alert(1)"]) assert.equal(readCode(other), null);
});

test("a booking that requires a card asks for it where the hall says so, and is checked in with its handle", () => {
  const typed = acts({ do: "way", way: "booked" }, ...keys("7KQ4MXY"), { do: "check-in", key: "k" });
  const problem = { code: "card_required", sentence: {}, detail: "", status: 422 };
  const asked = after(typed, { do: "refused", key: "k", problem });
  assert.deepEqual([asked.card, asked.problem, asked.taking], ["booked", null, null]);
  const shown = after(asked, { do: "person", person: "h", key: "p" });
  assert.deepEqual(shown.taking.wish, { code: "7KQ4MXY", language: "zh", person: "h" });
  assert.deepEqual([shown.card, after(asked, { do: "back" }).code], ["", "7KQ4MXY"]);
  const other = after(typed, { do: "refused", key: "k", problem: { ...problem, code: "unknown_booking" } });
  assert.deepEqual([other.card, other.problem.code], ["", "unknown_booking"]);
});

test("a case's number and code are looked up, typed or read from the receipt, and then bring a ticket", () => {
  const looked = acts(
    { do: "way", way: "mine" },
    ...keys("202611240007"),
    { do: "field", field: "code" },
    ...keys("7k3m2x"),
    { do: "errand", kind: "claim", key: "k" },
  );
  assert.deepEqual(looked.errand, { key: "k", kind: "receipt", link: true });
  assert.equal(looked.taking, null);
  const found = after(looked, { do: "errand-done", key: "k", said: null });
  const taken = after(found, { do: "pick-up", key: "p", same: false });
  const wish = { number: "202611240007", code: "7K3M2X", language: "zh" };
  assert.deepEqual([taken.taking, taken.errand], [{ key: "p", wish, link: true }, null]);
  const asked = after(found, { do: "sure", what: "clerk" });
  const same = after(asked, { do: "pick-up", key: "p", same: true });
  assert.deepEqual([same.taking.wish, same.sure], [{ ...wish, same_clerk: true }, ""]);
  assert.deepEqual(after(asked, { do: "back" }), found);
  const secret = "0123456789abcdef0123456789abcdef";
  const read = readCode(`https://hall.example/c/county/Zx8-_q1#${secret}.20261124-0007.7K3M2X`);
  assert.deepEqual(read, { receipt: { number: "20261124-0007", code: "7K3M2X" } });
  const scanned = acts({ do: "receipt", ...read.receipt, key: "s" });
  assert.deepEqual([scanned.step, scanned.way, scanned.number], ["typing", "mine", "20261124-0007"]);
  assert.deepEqual(scanned.errand, { key: "s", kind: "receipt", link: true });
  const again = acts({ do: "resume", taking: same.taking });
  assert.deepEqual([again.step, again.code, again.taking.key], ["typing", "7K3M2X", "p"]);
  const ticket = acts({ do: "way", way: "mine" }, ...keys("S023"), { do: "errand", kind: "claim", key: "k" });
  assert.equal(ticket.errand?.kind, "claim");
});

test("which clerk takes the papers is asked only where papers are owed, nothing is ready and that clerk is here", () => {
  assert.equal(asksForClerk({ ready: 0, owing: 1, clerk: true }), true);
  for (const other of [{ clerk: false }, { ready: 1 }, { owing: 0 }]) {
    assert.equal(asksForClerk({ ready: 0, owing: 1, clerk: true, ...other }), false);
  }
});
