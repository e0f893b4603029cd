import assert from "node:assert/strict";
import { test } from "node:test";

import { after, fresh } from "../../kiosk/static/kiosk-state.js";
import { actOf, untouched } from "../../kiosk/static/kiosk-touches.js";

const RECEIPT = { number: "S023" };
const PROBLEM = { code: "cutoff", sentence: { zh: "停止取号" }, detail: "", status: 409 };

/** The state after several acts. */
function through(...acts) {
  return acts.reduce(after, fresh("zh"));
}

const OPEN = { do: "open", category: "S" };
const TAKE = { do: "take", cls: "ordinary", key: "k1" };

test("two touches ask for a ticket, with the matters and the language of that moment", () => {
  const state = through(OPEN, { do: "matter", id: "S01" }, { do: "matter", id: "S02" }, { do: "matter", id: "S01" }, TAKE);
  assert.deepEqual(state.taking, {
    key: "k1",
    wish: { category: "S", matters: ["S02"], cls: "ordinary", language: "zh" },
    link: true,
  });
});

test("a second touch while a ticket is on its way changes nothing", () => {
  const asked = through(OPEN, TAKE);
  assert.equal(after(asked, { ...TAKE, key: "k2" }), asked);
  assert.equal(after(asked, { do: "matter", id: "S01" }), asked);
});

test("the answer to the request under way is shown, any other is not", () => {
  const asked = through(OPEN, TAKE);
  assert.equal(after(asked, { do: "issued", key: "other", receipt: RECEIPT }), asked);
  const issued = after(asked, { do: "issued", key: "k1", receipt: RECEIPT });
  assert.deepEqual([issued.step, issued.receipt, issued.taking], ["ticket", RECEIPT, null]);
});

test("an answer that comes after the visitor has gone is not shown to the next", () => {
  const gone = through(OPEN, TAKE, { do: "wipe", lang: "zh" });
  assert.equal(after(gone, { do: "issued", key: "k1", receipt: RECEIPT }), gone);
});

test("what was chosen from a catalogue that has changed meanwhile is chosen anew", () => {
  const chosen = through(OPEN, { do: "matter", id: "S01" });
  const refused = through(OPEN, { do: "matter", id: "S01" }, TAKE, { do: "refused", key: "k1", problem: { ...PROBLEM, code: "matter_retired" } });
  assert.deepEqual([chosen.matters, refused.matters, refused.step], [["S01"], [], "category"]);
});

test("a refusal leaves every way open: back to the category, another one, asking again", () => {
  const refused = through(OPEN, TAKE, { do: "refused", key: "k1", problem: PROBLEM });
  assert.equal(refused.problem, PROBLEM);
  assert.deepEqual([after(refused, { do: "back" }).step, after(refused, { do: "back" }).problem], ["category", null]);
  assert.equal(after(refused, { do: "start" }).step, "start");
  assert.equal(after(refused, { ...TAKE, key: "k3" }).taking.key, "k3");
});

test("language, large type and contrast change at any step without losing the place", () => {
  const before = through(OPEN, { do: "matter", id: "S01" });
  const changed = [{ do: "language", lang: "ko" }, { do: "large" }, { do: "contrast" }].reduce(after, before);
  assert.deepEqual([changed.step, changed.category, changed.matters], ["category", "S", ["S01"]]);
  assert.deepEqual([changed.lang, changed.large, changed.contrast], ["ko", true, true]);
});

test("going back keeps the visitor's language and type, a wipe keeps nothing", () => {
  const state = through({ do: "language", lang: "en" }, { do: "large" }, OPEN, { do: "matter", id: "S01" });
  const back = after(state, { do: "back" });
  assert.deepEqual([back.step, back.lang, back.large, back.matters], ["start", "en", true, []]);
  assert.deepEqual(after(state, { do: "wipe", lang: "zh" }), fresh("zh"));
});

test("a reload takes up the request under way", () => {
  const { taking } = through(OPEN, { do: "matter", id: "S01" }, TAKE);
  const resumed = after(fresh("zh"), { do: "resume", taking });
  assert.deepEqual([resumed.step, resumed.category, resumed.matters, resumed.taking], ["category", "S", ["S01"], taking]);
});

test("only a start page as the next visitor should find it is untouched", () => {
  assert.ok(untouched(fresh("zh"), "zh"));
  assert.ok(!untouched(fresh("ko"), "zh"));
  assert.ok(!untouched(through({ do: "large" }), "zh"));
  assert.ok(!untouched(through(OPEN), "zh"));
});

test("buttons mean acts, and an unknown button means nothing", () => {
  assert.deepEqual(actOf({ do: "take", cls: "priority" }, () => "k"), { do: "take", cls: "priority", key: "k" });
  assert.equal(actOf({ do: "explode" }, () => "k"), null);
  assert.equal(actOf({}, () => "k"), null);
});
