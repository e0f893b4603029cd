import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";

import { facts, signQuiet } from "../../displays/static/sign-day.js";

const words = {
  sign_open: { zh: "等候叫号" }, sign_closed: { zh: "暂未开放" }, sign_called: { zh: "请到本窗口办理" },
  sign_serving: { zh: "正在办理" }, sign_paused: { zh: "暂停服务", ko: "잠시 중지" }, staff: { zh: "工号 {staff}" },
};
const paused = JSON.parse(readFileSync(new URL("../displays/golden/sign_paused.json", import.meta.url), "utf8"));
const called = { number: "A023", window: 3, seq: 5, state: "called", at: 1000 };

test("a paused window says so with its reason, in each language", () => {
  assert.deepEqual(facts(paused, words), {
    state: "paused", number: "", sentence: { zh: "暂停服务 · 用餐", ko: "잠시 중지 · 식사" }, staff: { zh: "工号 0307" },
  });
  assert.deepEqual(facts({ ...paused, reason: {} }, words).sentence, words.sign_paused);
});

test("whoever is called comes before what the window will do then", () => {
  const shown = facts({ ...paused, call: called }, words);
  assert.deepEqual([shown.state, shown.number, shown.sentence], ["called", "A023", words.sign_called]);
  assert.equal(facts({ ...paused, call: { ...called, state: "serving" } }, words).state, "serving");
});

test("an open window invites to wait, a closed one names nobody", () => {
  assert.equal(facts({ ...paused, state: "open" }, words).sentence, words.sign_open);
  assert.deepEqual(facts({ ...paused, state: "closed", staff: "" }, words), { state: "closed", number: "", sentence: words.sign_closed, staff: null });
});

test("a sign may reload when nobody is being called", () => {
  assert.equal(signQuiet(paused, 0), true);
  assert.equal(signQuiet({ ...paused, call: called }, 5000), false);
  assert.equal(signQuiet({ ...paused, call: called }, 60_000), true);
});
