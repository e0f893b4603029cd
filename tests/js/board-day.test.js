// What a board shows of its state, on the golden messages that the server's tests write.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { announce, fill, freeRoom, inOrder, pages, quiet, sentences, way } from "../../displays/static/board-day.js";
import { ems, inStep, pieces } from "../../displays/static/board-text.js";
import { Newest, read } from "../../queue_server/static/newest.js";

/** @param {string} name */
const golden = (name) => readFileSync(new URL(`../displays/golden/${name}.json`, import.meta.url), "utf8");
const busy = read(golden("board_busy"));
const calm = read(golden("board_quiet"));
const words = { wait: { zh: "{number}请稍候" }, hint: { zh: "请看屏幕" } };

test("the server's messages are understood and the beat confirms its board", () => {
  const newest = new Newest();
  assert.equal(newest.take(busy), "state");
  assert.equal(newest.take(read(golden("beat"))), "fresh");
  assert.equal(newest.dataAt, 1772500009000);
});

test("those who must come now stand first, the newest before the older", () => {
  assert.deepEqual(inOrder(busy).map((call) => call.number), ["A1000", "D045", "F031", "S007"]);
  assert.deepEqual(inOrder(calm), []);
});

test("S23: for 0 to 30 calls each is on exactly one page and no page is crowded", () => {
  for (let count = 0; count <= 30; count++) {
    const calls = Array.from({ length: count }, (_, i) => i);
    const found = pages(calls, 4);
    assert.deepEqual(found.flat(), calls);
    assert.ok(found.every((page) => page.length <= 4) && found.length >= 1);
  }
});

test("young calls are announced once, oldest first; old ones are shown but not announced", () => {
  const first = announce(busy, null);
  assert.deepEqual(first.calls.map((call) => call.number), ["D045", "A1000"]);
  assert.deepEqual(announce(busy, first.mark).calls, []);
});

test("S25: a recall of the same ticket is announced again", () => {
  const { mark } = announce(busy, null);
  const recall = { ...busy.current[1], seq: 420, times: 2 };
  const next = { ...busy, seq: 420, current: [recall, busy.current[0]] };
  assert.deepEqual(announce(next, mark).calls.map((call) => call.number), ["D045"]);
});

test("S20: calls made while the link was down are all announced when it is back", () => {
  const { mark } = announce(busy, null);
  const missed = [421, 422, 423].map((seq) => ({ ...busy.current[0], seq, number: `B${seq}`, at: busy.data_at }));
  const next = { ...busy, seq: 423, current: [...missed].reverse() };
  assert.deepEqual(announce(next, mark).calls.map((call) => call.seq), [421, 422, 423]);
});

test("a log that starts over, on a new day, announces its first call", () => {
  const { mark } = announce(busy, null);
  const morning = { ...calm, seq: 3, current: [{ ...busy.current[0], seq: 3, at: calm.data_at }] };
  assert.equal(announce(morning, mark).calls.length, 1);
});

test("a call taken back is told before the hall's notices; with neither, a hint stands", () => {
  assert.deepEqual(sentences(busy, words).map((text) => text.zh), ["B019请稍候", busy.notices[0].text.zh]);
  assert.deepEqual(sentences(calm, words), [words.hint]);
});

test("placeholders are filled and unknown ones stay visible", () => {
  assert.deepEqual(fill({ zh: "{time}的{x}" }, { time: "9:41" }), { zh: "9:41的{x}" });
});

test("a long notice is cut after punctuation into pieces that fit, and nothing is lost", () => {
  const notice = "午间值班窗口为17、20、24号，不清号，请安心等候。下午一点起所有窗口恢复办理，给您带来不便请谅解。";
  const cut = pieces(notice, 20);
  assert.equal(cut.join(""), notice);
  assert.ok(cut.length > 1 && cut.every((piece) => ems(piece) <= 20));
  assert.match(cut[0], /[，。、]$/);
  assert.deepEqual(pieces("", 20), [""]);
  assert.deepEqual(pieces("一二三", 1), ["一", "二", "三"]);
  assert.deepEqual(pieces("점심시간에는 창구에서 봉사합니다", 10).join(" "), "점심시간에는 창구에서 봉사합니다");
});

test("no piece of a long notice is a single word left over", () => {
  const cut = pieces("Real estate registration stops at 15:00 today. Everyone holding a ticket is served", 40);
  assert.equal(cut.length, 2);
  assert.ok(cut.every((piece) => ems(piece) > 12), cut.join(" | "));
});

test("a notice's shorter language stays while the longer one goes on", () => {
  const shown = inStep({ zh: "一".repeat(30), ko: "짧은 글" }, ["zh", "ko"], 10);
  assert.ok(shown.length >= 3);
  assert.ok(shown.every((text) => text.ko === "짧은 글"));
  assert.equal(shown.map((text) => text.zh).join(""), "一".repeat(30));
  assert.deepEqual(inStep({ zh: "中文" }, ["ko"], 10), [{ zh: "中文" }]);
});

test("the page may reload only when nobody was called just now", () => {
  assert.equal(quiet(busy, busy.data_at), false);
  assert.equal(quiet(busy, busy.data_at + 60_000), true);
  assert.equal(quiet(calm, calm.data_at), true);
});

test("pictures get the rows that calls leave free, and none when fewer than two are", () => {
  assert.deepEqual(freeRoom(0, 5, 1), { row: 1, column: 1 });
  assert.deepEqual(freeRoom(3, 5, 1), { row: 4, column: 1 });
  assert.equal(freeRoom(4, 5, 1), null);
  assert.equal(freeRoom(5, 5, 1), null);
  assert.deepEqual(freeRoom(4, 5, 2), { row: 1, column: 2 });
  assert.deepEqual(freeRoom(7, 5, 2), { row: 3, column: 2 });
  assert.equal(freeRoom(9, 5, 2), null);
});

test("a number's way is that of its area, else of its floor", () => {
  const next = { number: "A024", windows: [3], floor: "2", area: "不动产区" };
  assert.equal(way(next, { 不动产区: "left", 2: "up" }), "left");
  assert.equal(way(next, { 2: "up" }), "up");
  assert.equal(way(next, {}), undefined);
});
