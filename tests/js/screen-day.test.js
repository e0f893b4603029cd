import assert from "node:assert/strict";
import { test } from "node:test";

import { NIGHT_HOUR, SPREAD, nightOf, nightlyDue, renewal } from "../../displays/static/screen-day.js";

const ZONE = "Asia/Shanghai";
const at = (text) => Date.parse(`${text}+08:00`);

test("a night begins at the hall's four o'clock, whatever the screen's own zone", () => {
  assert.equal(NIGHT_HOUR, 4);
  assert.equal(nightOf(at("2026-03-02T03:59:59"), ZONE), "2026-03-01");
  assert.equal(nightOf(at("2026-03-02T04:00:00"), ZONE), "2026-03-02");
});

test("a page loads anew once a night lies between, and screens do not all do it at once", () => {
  const opened = at("2026-03-01T08:00:00");
  assert.equal(nightlyDue(opened, at("2026-03-01T23:00:00"), 0, ZONE), false);
  assert.equal(nightlyDue(opened, at("2026-03-02T04:00:01"), 0, ZONE), true);
  assert.equal(nightlyDue(opened, at("2026-03-02T04:00:01"), 0.5, ZONE), false);
  assert.equal(nightlyDue(opened, at("2026-03-02T04:00:01") + SPREAD / 2, 0.5, ZONE), true);
  assert.equal(nightlyDue(at("2026-03-02T04:00:01"), at("2026-03-02T04:30:00"), 0, ZONE), false);
});

test("a clock that was set back is no reason to load anew", () => {
  assert.equal(nightlyDue(at("2026-03-02T08:00:00"), at("2026-03-01T08:00:00"), 0, ZONE), false);
});

test("another version is a reason, an unknown one is none", () => {
  const page = { version: "a", opened: at("2026-03-01T08:00:00"), now: at("2026-03-01T09:00:00"), chance: 0, timezone: ZONE };
  assert.equal(renewal({ ...page, offered: "a" }), "");
  assert.equal(renewal({ ...page, offered: "" }), "");
  assert.equal(renewal({ ...page, offered: "b" }), "version b");
  assert.equal(renewal({ ...page, offered: "a", now: at("2026-03-02T09:00:00") }), "night 2026-03-02");
});
