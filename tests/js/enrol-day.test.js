import assert from "node:assert/strict";
import { test } from "node:test";

import { newCodeDue, spelt } from "../../displays/static/enrol-day.js";

test("a code is replaced before it ends, by the time that passed and not by the device's clock", () => {
  const enrolment = { until: 1_600_000, answered_at: 1_000_000, got: 5_000 };
  assert.equal(newCodeDue(enrolment, 5_000), false);
  assert.equal(newCodeDue(enrolment, 5_000 + 569_000), false);
  assert.equal(newCodeDue(enrolment, 5_000 + 571_000), true);
});

test("a code is written in two halves", () => {
  assert.equal(spelt("481302"), "481 302");
});
