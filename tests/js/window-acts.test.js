import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { test } from "node:test";

register("./flat.js", import.meta.url);
const { MORE, KEYS, meaning, whyNot } = await import("../../queue_server/staff/static/window-acts.js");
const { FLOWS } = await import("../../queue_server/staff/static/window-flows.js");
const { cleaned, clockTime, say, speak } = await import("../../queue_server/staff/static/staff-words.js");
const { act, whyNot: refusal } = await import("../../queue_server/staff/static/staff-hand.js");
const { actsFor, soughtRows } = await import("../../queue_server/staff/static/floor-lists.js");

const table = JSON.parse(readFileSync(new URL("../console/golden/acts.json", import.meta.url), "utf8"));

test("the page says of every act what the console says of it", () => {
  for (const { moment, up, view, why, meaning: means } of table.said) {
    const scene = { hall: {}, window: 8, me: table.me, sits: true, view, up, now: table.now };
    for (const name of Object.keys(why)) {
      const said = whyNot(name, scene);
      const found = said === null ? null : { code: said.code, values: said.values ?? {} };
      assert.deepEqual(found, why[name], `${moment}: ${name}`);
      assert.equal(meaning(name, scene), means[name], `${moment}: ${name}`);
    }
  }
});

test("every key and every line of the list has a way to the hall", () => {
  for (const name of [...Object.keys(KEYS), ...MORE]) assert.ok(FLOWS[name] || ["more", "guide", "hand_over", "large"].includes(name), name);
});

test("text from outside arrives dead: no escape sequence, no override, no control character", () => {
  const evil = { "a\u0007b": ["\u001b[31mred\u001b[0m\n", "abc\u202edef\u2066", "<b>\u200b&", 7, null] };
  assert.deepEqual(cleaned(evil), { ab: ["[31mred[0m ", "abcdef", "<b>&", 7, null] });
});

test("a sentence lacks neither its words nor its values", () => {
  speak({ hello: "{n} of {m}" }, "en");
  assert.equal(say("hello", { n: 1, m: "$&" }), "1 of $&");
  assert.throws(() => say("hello", { n: 1 }), /needs a value for m/);
  assert.throws(() => say("nothing"), /no sentence/);
  assert.deepEqual([42, 725, 3723].map(clockTime), ["0:42", "12:05", "1:02:03"]);
});

/** A hall that answers as told, one answer after the other. */
function world(...answers) {
  const keys = [];
  return { keys, send: async (_path, _body, key) => (keys.push(key), answers.shift() ?? null), pause: async () => {} };
}

test("an act is repeated under its one key, a bounded number of times, and then nobody says it was done", async () => {
  const late = world(null, { status: 503, body: null }, { status: 200, body: { seq: 7 } });
  assert.deepEqual(await act("x", {}, late), { done: { seq: 7 } });
  assert.equal(new Set(late.keys).size, 1);
  assert.equal(late.keys.length, 3);
  const never = world();
  assert.deepEqual(await act("x", {}, never), { lost: true });
  assert.equal(never.keys.length, 3, "nothing is tried behind anybody's back");
  const no = world({ status: 409, body: { code: "stale", sentence: { zh: "不行" } } });
  const refused = await act("x", {}, no);
  assert.equal(no.keys.length, 1);
  assert.equal(refusal(refused), "不行");
});

test("a pick list that somebody leaves sends nothing; a transfer carries its note", async () => {
  speak(new Proxy({}, { get: (_all, key) => key, has: () => true }), "zh");
  const called = table.said.find((each) => each.moment === "called").view;
  const hall = { categories: [], windows: [], reasons: { note: [{ code: "checked", name: { zh: "x" } }] }, kinds: [], matters: [] };
  const clerk = (...picks) => ({ scene: () => ({ hall, window: 8, me: table.me, view: called, up: true, now: table.now }), pick: async () => picks.shift() ?? null });
  assert.equal(await FLOWS.transfer(clerk("category")), null);
  assert.equal(await FLOWS.transfer(clerk("category", "G")), null);
  const sent = { act: "transfer", path: `tickets/${called.present.id}/transfer`, body: { category: "G", note: "checked" } };
  assert.deepEqual(await FLOWS.transfer(clerk("category", "G", "checked")), sent);
  assert.deepEqual((await FLOWS.park(clerk("10"))).body, { minutes: 10 });
  assert.equal(await FLOWS.cancel(clerk()), null);
});

test("floor staff look for whoever was called and did not come, until somebody brings them", () => {
  const sought = { ticket: "t", number: "S050", category: "S", cls: "ordinary", language: "ko", window: 3, floor: "1", area: "东区", calls: 2, called_at: 0, found_until: null };
  assert.equal(soughtRows([sought], 1000)[0].key, "console.act.found");
  const [row] = soughtRows([{ ...sought, found_until: 5000 }], 1000);
  assert.deepEqual([row.key, row.urgent], ["", false]);
  assert.equal(soughtRows([{ ...sought, found_until: 5000 }], 5000)[0].key, "console.act.found");
  assert.deepEqual(actsFor("ended"), []);
});
