import assert from "node:assert/strict";
import { test } from "node:test";

import { idlePhase } from "../../kiosk/static/kiosk-idle.js";

const SECOND = 1000;

test("60 s are the visitor's own, then 20 s of warning, then it is over", () => {
  assert.deepEqual(idlePhase(59.9 * SECOND, false), { phase: "active" });
  assert.deepEqual(idlePhase(60 * SECOND, false), { phase: "warning", left: 20 });
  assert.deepEqual(idlePhase(79.5 * SECOND, false), { phase: "warning", left: 1 });
  assert.deepEqual(idlePhase(80 * SECOND, false), { phase: "over" });
});

test("in large type everything takes twice as long", () => {
  assert.deepEqual(idlePhase(119 * SECOND, true), { phase: "active" });
  assert.deepEqual(idlePhase(120 * SECOND, true), { phase: "warning", left: 40 });
  assert.deepEqual(idlePhase(160 * SECOND, true), { phase: "over" });
});

test("a number that is on no paper stays 60 s in all, the last 20 of them counted", () => {
  assert.deepEqual(idlePhase(39.9 * SECOND, false, true), { phase: "active" });
  assert.deepEqual(idlePhase(40 * SECOND, false, true), { phase: "warning", left: 20 });
  assert.deepEqual(idlePhase(60 * SECOND, false, true), { phase: "over" });
  assert.deepEqual(idlePhase(119 * SECOND, true, true), { phase: "warning", left: 1 });
});
