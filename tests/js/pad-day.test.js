import assert from "node:assert/strict";
import { test } from "node:test";

import { meaning, phase, spoken, THANKS } from "../../displays/static/pad-day.js";

const pad = { type: "pad", seq: 1, data_at: 0, window: 9, ticket: "t1", number: "D001", language: "ko", version: "v" };
const nobody = { ...pad, ticket: "", number: "" };

test("a pad asks about a service until it was rated here, thanks for a while, and then is idle", () => {
  assert.equal(phase(null, { rated: "", thanks: 0 }, 0), "idle");
  assert.equal(phase(nobody, { rated: "", thanks: 0 }, 0), "idle");
  assert.equal(phase(pad, { rated: "", thanks: 0 }, 0), "asks");
  assert.equal(phase(pad, { rated: "t1", thanks: THANKS }, 1), "thanks");
  assert.equal(phase(pad, { rated: "t1", thanks: THANKS }, THANKS), "idle");
  assert.equal(phase({ ...pad, ticket: "t2" }, { rated: "t1", thanks: THANKS }, 1), "asks", "the next visitor is asked at once");
});

test("it speaks Chinese, and the visitor's language below", () => {
  assert.deepEqual(spoken("ko", { zh: "好", ko: "좋다" }), ["zh", "ko"]);
  assert.deepEqual(spoken("zh", { zh: "好", ko: "좋다" }), ["zh"]);
  assert.deepEqual(spoken("ko", { zh: "好" }), ["zh"]);
});

test("an answer counts, is over, comes from an unknown pad, or nobody has decided", () => {
  assert.deepEqual([null, 503, 429, 200, 409, 401, 403].map((status) => meaning(status && { status })), ["again", "again", "again", "done", "over", "unknown", "unknown"]);
});
