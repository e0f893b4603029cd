import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";

register("./flat.js", import.meta.url);
const { STALE_AFTER, Watch } = await import("../../kiosk/static/phone-watch.js");

const PLACE = { type: "place", seq: 5, data_at: 1_000_000, answered_at: 1_000_200, state: "waiting", number: "D016" };

/** A clock that only a test moves, and a server that gives these answers in turn (the last for ever). */
function world(answers, hidden = false) {
  let now = 0;
  const timers = new Set();
  const heard = [];
  const asked = [];
  const environment = {
    now: () => now,
    later: (run, ms) => {
      const timer = { run, due: now + ms };
      timers.add(timer);
      return timer;
    },
    cancel: (timer) => timers.delete(timer),
    chance: () => 1,
  };
  const watch = new Watch({
    environment,
    ask: async (atLeast) => {
      asked.push([now, atLeast]);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return typeof answer === "function" ? answer(now) : answer;
    },
    onPlace: (place) => heard.push(["place", place.seq]),
    onStale: (at) => heard.push(["stale", at]),
    onFresh: () => heard.push(["fresh"]),
    onLost: (status) => heard.push(["lost", status]),
    hidden: () => hidden,
  });
  const pass = async (ms) => {
    const end = now + ms;
    for (;;) {
      await new Promise((done) => setImmediate(done));
      const next = [...timers].sort((a, b) => a.due - b.due)[0];
      if (!next || next.due > end) break;
      now = next.due;
      timers.delete(next);
      next.run();
    }
    now = end;
  };
  return { watch, pass, heard, asked };
}

/** The place as a healthy server gives it: data 200 ms old whenever it answers. */
const fresh = (now) => ({ status: 200, body: { ...PLACE, data_at: PLACE.data_at + now, answered_at: PLACE.data_at + now + 200 } });

test("while the server answers, the place is asked for every two seconds and nothing is called old", async () => {
  const { pass, heard, asked } = world([fresh]);
  await pass(20_000);
  assert.ok(asked.length >= 10 && asked.length <= 12, `${asked.length} times in 20 s`);
  assert.ok(!heard.some(([what]) => what === "stale"));
});

test("a page that nobody looks at asks less often", async () => {
  const { pass, asked } = world([fresh], true);
  await pass(20_000);
  assert.ok(asked.length <= 5);
});

test("without an answer the data are old after 3 s, said with their time, and fresh again by themselves", async () => {
  const { pass, heard, asked } = world([fresh, null, null, null, fresh]);
  await pass(STALE_AFTER + 500);
  assert.deepEqual(heard.at(-1), ["stale", PLACE.data_at]);
  await pass(20_000);
  assert.equal(heard.filter(([what]) => what === "stale").length, 1);
  assert.deepEqual(heard.filter(([what]) => what === "fresh").length, 2);
  const pauses = asked.map(([now], place) => now - (asked[place - 1]?.[0] ?? 0));
  assert.ok(pauses[4] > pauses[3] && pauses[3] > pauses[2], `the pauses grow: ${pauses}`);
});

test("a server whose own data stand still is not fresh, however quickly it answers", async () => {
  const still = (now) => ({ status: 200, body: { ...PLACE, answered_at: PLACE.data_at + 200 + now } });
  const { pass, heard } = world([still]);
  await pass(STALE_AFTER + 1000);
  assert.deepEqual(heard.at(-1), ["stale", PLACE.data_at]);
});

test("a refusal is told and asked about again, in case the hall was only starting", async () => {
  const { pass, heard, asked } = world([{ status: 404, body: {} }, fresh]);
  await pass(20_000);
  assert.deepEqual(heard[0], ["lost", 404]);
  assert.ok(heard.some(([what]) => what === "place"));
  assert.ok(asked[1][0] >= 10_000);
});

test("an error of the server or a hall not open yet is no refusal", async () => {
  const { pass, heard } = world([{ status: 500, body: null }, { status: 409, body: {} }, fresh]);
  await pass(5000);
  assert.ok(!heard.some(([what]) => what === "lost"));
  assert.ok(heard.some(([what]) => what === "place"));
});

test("after the end nothing is asked and nothing becomes old", async () => {
  const { pass, heard, asked } = world([{ status: 200, body: { ...PLACE, state: "ended" } }]);
  await pass(60_000);
  assert.equal(asked.length, 1);
  assert.ok(!heard.some(([what]) => what === "stale"));
});

test("a poke asks at once for what has just been written", async () => {
  const { watch, pass, asked } = world([fresh]);
  await pass(100);
  watch.poke(42);
  await pass(1);
  assert.deepEqual(asked.at(-1), [100, 42]);
});

test("a poke during a question is answered by another at once, and what was reached is not waited for again", async () => {
  const reached = (now) => ({ status: 200, body: { ...fresh(now).body, seq: 42 } });
  const { watch, pass, asked } = world([fresh, reached]);
  watch.poke(42);
  await pass(1);
  assert.deepEqual(asked, [[0, 0], [0, 42]]);
  await pass(2000);
  assert.equal(asked.at(-1)[1], 0);
});
