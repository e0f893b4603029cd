import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";

import { Burst } from "../../kiosk/static/kiosk-keypad.js";
import { after, fresh } from "../../kiosk/static/kiosk-state.js";
import { askedFirst, typedAct, untouched } from "../../kiosk/static/kiosk-touches.js";

register("./flat.js", import.meta.url);
const { readCode } = await import("../../kiosk/static/kiosk-errands.js");

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
  const menu = { languages: ["zh"], long_queue: 20, choices: [{ category: "S", waiting: 20 }] };
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
  const heard = (text, pause) => {
    const burst = new Burst();
    return [...text, "Enter"].map((key, i) => burst.hear(key, i * pause)).at(-1);
  };
  assert.equal(heard("7KQ4MXY", 5), "7KQ4MXY");
  assert.equal(heard("7KQ4MXY", 120), "");
  assert.equal(heard("7K", 5), "");
});

test("a slip's code and a booking's are told apart, and from anything else", () => {
  const held = { ticket: "t-1", secret: "0f0e", place: null };
  assert.deepEqual(readCode("https://hall.example/t/demo/t-1#0f0e"), { held });
  assert.deepEqual(readCode(" 7kq4mxy "), { booking: "7KQ4MXY" });
  for (const other of ["", "6901234567892", "https://elsewhere.example/", "javascript:alert(1)"]) assert.equal(readCode(other), null);
});
