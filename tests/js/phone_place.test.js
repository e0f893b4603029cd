import assert from "node:assert/strict";
import { test } from "node:test";

import { callOf, cancellable, changed, told, windowsOf } from "../../kiosk/static/phone-place.js";

/** Every sentence of the page as its own key with its values, so that a test sees what was said. */
const words = new Proxy({}, {
  get: (_, key) => ({ zh: `${String(key).slice(6)}${VALUES[key] ?? ""}` }),
  has: () => true,
});
const VALUES = {
  "phone.ahead": " {n}", "phone.why": " {list}", "phone.why_booked": "={n}", "phone.why_priority": "={n}@{minutes}",
  "phone.why_earlier": "={n}", "phone.why_returned": "={n}", "phone.from": " {time}", "phone.go": " {number}>{window}",
  "phone.floor": "{n}", "phone.place": " {floor} {area}", "phone.tomorrow": " {code}", "phone.missed_until": " {time}",
  "phone.parked": " {window}", "phone.parked_until": " {time}", "phone.serving": " {window}", "phone.directed": " {window}",
  "phone.expected": " {first}-{last}", "phone.windows": " {list}", "phone.passing": " {time}", "phone.again": " {number}",
};
const HALL = { words, languages: ["zh"], timezone: "Asia/Shanghai", credit: 15 };
const PLACE = {
  type: "place", seq: 1, data_at: 0, answered_at: 0, number: "D016", category: "D", category_name: { zh: "不动产" },
  state: "waiting", end: "", ahead: 0, before: {}, window: null, windows: [8, 9, 10], floor: "2", area: "不动产区",
  calling_from: null, taken_at: 0, language: "zh", calls: 0, called_at: null, hold_until: null, parked_until: null,
  misses: 0, tomorrow: "", passing_until: null, may_pass: 600_000, rated: "", may_rate: false,
};
const NINE = Date.UTC(2026, 10, 25, 1, 0);
const at = (more) => ({ ...PLACE, ...more });
const zh = ({ headline, why }) => [headline.zh, ...why.map((text) => text.zh)];

test("the people ahead are named by why they are ahead, and nobody is named who is not there", () => {
  const before = { booked: 1, priority: 1, earlier: 2, returned: 0 };
  assert.deepEqual(zh(told(HALL, at({ ahead: 4, before }))), ["ahead 4", "why why_booked=1、why_priority=1@15、why_earlier=2"]);
  assert.deepEqual(zh(told(HALL, at({ ahead: 0 }))), ["ahead_none"]);
});

test("where the hall knows it, the expected call stands before the reasons, as a range", () => {
  const place = at({ ahead: 4, before: { earlier: 4 }, expected: [NINE, NINE + 20 * 60_000] });
  assert.deepEqual(zh(told(HALL, place)), ["ahead 4", "expected 09:00-09:20", "why why_earlier=4"]);
});

test("where to wait is said by the area's name in each language that the hall has it in", () => {
  const both = (words) => ({ zh: words, ko: words });
  const hall = { ...HALL, languages: ["zh", "ko"], words: new Proxy({}, { get: (_, key) => both(key === "phone.place" ? "{area}" : "."), has: () => true }) };
  const where = (more) => told(hall, at({ state: "called", window: 8, ...more })).where;
  assert.deepEqual(where({}), { zh: "不动产区", ko: "不动产区" });
  assert.deepEqual(where({ area_name: { zh: "不动产区", ko: "부동산구역" } }), { zh: "不动产区", ko: "부동산구역" });
});

test("before windows call, the time from which they do is said", () => {
  assert.deepEqual(zh(told(HALL, at({ ahead: 0, calling_from: NINE }))), ["ahead_none", "from 09:00"]);
});

test("whoever lets others pass reads until when, and that the place is kept", () => {
  assert.deepEqual(zh(told(HALL, at({ ahead: 0, passing_until: NINE }))), ["passing 09:00", "passing_about"]);
});

test("each state has its words, and only a call shows a window large", () => {
  assert.deepEqual(told(HALL, at({ state: "called", window: 12, ahead: null })).window, 12);
  const others = [
    [{ state: "called", window: 12 }, ["go D016>12"]],
    [{ state: "serving", window: 12 }, ["serving 12"]],
    [{ state: "parked", window: 12, parked_until: NINE }, ["parked 12", "parked_until 09:00"]],
    [{ state: "missed", hold_until: NINE }, ["missed", "missed_until 09:00", "missed_again"]],
    [{ state: "missed", hold_until: null }, ["missed", "missed_again"]],
    [{ state: "waiting", window: 9 }, ["directed 9"]],
    [{ state: "ended", end: "done" }, ["ended_done"]],
    [{ state: "ended", end: "hold_over" }, ["ended_hold_over", "again_ticket"]],
    [{ state: "ended", end: "hall_closed", tomorrow: "ABC2345" }, ["ended_hall_closed", "tomorrow ABC2345"]],
  ];
  for (const [more, said] of others) {
    const place = at({ ahead: null, ...more });
    assert.deepEqual(zh(told(HALL, place)), said);
    assert.equal(told(HALL, place).window, place.state === "called" ? 12 : null);
  }
});

test("a call and a recall are different calls; the same call asked about again is the same", () => {
  const call = at({ state: "called", window: 8, called_at: 5, calls: 1 });
  assert.equal(callOf(call), callOf({ ...call, seq: 9, data_at: 99 }));
  assert.notEqual(callOf(call), callOf({ ...call, calls: 2 }));
  assert.equal(callOf(at({})), "");
});

test("a line that grew is explained; a line that shrank, another category and the first look are not", () => {
  const three = at({ ahead: 3 });
  assert.equal(changed(HALL, three, at({ ahead: 4 }))?.zh, "rose");
  assert.equal(changed(HALL, three, at({ ahead: 2 })), null);
  assert.equal(changed(HALL, three, at({ ahead: 4, category: "G" })), null);
  assert.equal(changed(HALL, null, at({ ahead: 4 })), null);
  assert.equal(changed(HALL, at({ state: "missed" }), at({ ahead: 3 })), null);
});

test("a call that was taken back says that the place is kept", () => {
  assert.equal(changed(HALL, at({ state: "called" }), at({ ahead: 0 }))?.zh, "again D016");
});

test("windows are named while waiting in line, and whoever is served or done cannot cancel", () => {
  assert.equal(windowsOf(HALL, at({}))?.zh, "windows 8–10");
  assert.equal(windowsOf(HALL, at({ state: "called", window: 8 })), null);
  assert.deepEqual(["waiting", "called", "parked", "missed", "serving", "ended"].map((state) => cancellable(at({ state }))),
    [true, true, true, true, false, false]);
});
