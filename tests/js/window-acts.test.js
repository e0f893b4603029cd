import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { test } from "node:test";

register("./flat.js", import.meta.url);
const own = "../../queue_server/staff/static/";
const atWindow = await import(`${own}window-acts.js`);
const atBack = await import(`${own}cases-acts.js`);
const ofAgents = await import(`${own}agent-acts.js`);
const errands = await import(`${own}agent-flows.js`);
const { FLOWS } = await import(`${own}window-flows.js`);
const back = await import(`${own}cases-flows.js`);
const { issue, receive, handOut } = await import(`${own}window-exit.js`);
const { cleaned, clockTime, foundBy, say, speak } = await import(`${own}staff-words.js`);
const { act, all, whyNot: refusal } = await import(`${own}staff-hand.js`);
const { actsFor, soughtRows } = await import(`${own}floor-lists.js`);

const golden = (name) => JSON.parse(readFileSync(new URL(`../console/golden/${name}.json`, import.meta.url), "utf8"));
const [table, backTable, agentTable, questions] = ["acts", "back-acts", "agent-acts", "questions"].map(golden);

/** Every act of a table at every moment: the same answer, and the same meaning. */
function same({ keys, more, said }, page, sceneOf) {
  assert.deepEqual(page.KEYS, keys);
  assert.deepEqual(page.MORE, more);
  for (const { moment, up, view, why, meaning } of said) {
    const scene = sceneOf(view, up);
    for (const name of Object.keys(why)) {
      const found = page.whyNot(name, scene);
      assert.deepEqual(found && { code: found.code, values: found.values ?? {} }, why[name], `${moment}: ${name}`);
      assert.equal(page.meaning(name, scene), meaning[name], `${moment}: ${name}`);
    }
  }
}

test("the page of a window says of every act what the console says of it, by the same keys", () => {
  same(table, atWindow, (view, up) => ({ hall: {}, window: 8, me: table.me, sits: true, view, up, now: table.now }));
});

test("the page of the cases says what a department's console says", () => {
  same(backTable, atBack, (view, up) => ({ hall: {}, may: [], view, at: "", closed: view.closed, up, now: backTable.now }));
});

test("an agent's page says what an agent's console says", () => {
  same(agentTable, ofAgents, (view, up) => ({ hall: {}, may: [], view, at: "", up, now: agentTable.now }));
});

/** Somebody who answers as written and notes every question, as tests/console/questions.py does. */
function scripted(scene, answers) {
  const left = structuredClone(answers);
  const asked = [];
  const answer = (question) => (asked.push(question), left.shift());
  return {
    asked,
    scene: () => scene,
    pick: async (_title, choices) => answer({ pick: choices.map((each) => [each.value, Boolean(each.why)]) }),
    several: async (_title, choices, ticked) => answer({ several: choices.map((each) => each.value), ticked }),
    number: async () => answer("number"),
    code: async () => answer("code"),
    caseNumber: async () => answer("case_number"),
    shelf: async () => answer("shelf"),
    outcomes: async (_ticket, open) => answer({ outcomes: open }),
    printers: async () => questions.printers,
    look: async () => ({ materials: questions.materials }),
    lists: async () => questions.lists,
  };
}

/** A request of ours as the table writes one of the console's: whatever a body does not say has its usual value. */
function written(request, told) {
  if (request === null || told === null) return request;
  const first = (request.first ?? []).map((each, place) => written(each, told.first[place]));
  return { act: request.act, path: request.path, body: { ...told.defaults, ...request.body }, defaults: told.defaults, first };
}

/** The same of what an agent takes: an errand without matters has none. */
function writtenErrands(request, told) {
  const ours = written(request, told);
  const each = ours?.body.errands?.map((errand) => ({ matters: [], ...errand }));
  return each ? { ...ours, body: { ...ours.body, errands: each } } : ours;
}

test("before each act the pages ask what the console asks, and send what it sends", async () => {
  speak(new Proxy({}, { get: (_all, key) => key, has: () => true }), "zh");
  for (const { act: name, view: at, answers, asked, request } of questions.window) {
    const view = questions.views[at];
    const who = scripted({ hall: questions.hall, window: 8, me: questions.me, view, up: true, now: questions.now }, answers);
    const ours = await FLOWS[name](who);
    assert.deepEqual([who.asked, written(ours, request)], [asked, request], `${name} ${answers}`);
  }
  for (const { act: name, view: at, answers, asked, request } of questions.back) {
    const view = questions.views[at];
    const who = scripted({ hall: questions.hall, department: "estate", may: [], view, at: "", up: true, now: questions.now }, answers);
    const [line] = view.cases;
    const flow = name === "hand_out" ? (line.state === "ready" ? issue : receive) : back.FLOWS[name];
    assert.deepEqual([written(await flow(who, line), request), who.asked], [request, asked], `${name} ${answers}`);
  }
  for (const { act: name, view: at, answers, asked, request } of questions.agent) {
    const view = questions.views[at];
    const who = scripted({ hall: questions.hall, may: [], view, at: "", up: true, now: questions.now }, answers);
    const ours = name === "agent_take" ? await errands.take(who) : await errands.giveUp(who, view.tickets[0]);
    assert.deepEqual([writtenErrands(ours, request), who.asked], [request, asked], `${name} ${answers}`);
  }
  for (const name of new Set([...table.more, ...Object.keys(table.keys)])) {
    assert.ok(FLOWS[name] || ["more", "guide", "hand_over", "large", "receipt"].includes(name), name);
  }
  for (const name of backTable.more) assert.ok(back.FLOWS[name] || name === "case_closed", name);
});

test("whoever came for cases is served one after the other, until nothing is left or the rest is left lying", async () => {
  const ready = { id: "c1", number: "1", name: { zh: "x" }, state: "ready", shelf: "A-1", owed: [] };
  const shelves = [[ready, { ...ready, id: "c2", state: "issued" }], []];
  const sent = [];
  const who = { ...scripted({}, ["c1", "self", ""]), cases: async () => shelves.shift(), sent: async (request) => Boolean(sent.push(request)) };
  assert.equal(await handOut(who, { id: "t", number: "J001" }), true);
  assert.deepEqual(sent.map(({ path, body }) => [path, body]), [["cases/c1/issue", { receiver: "self", code: "" }]]);
  for (const [answer, done] of [["leave", true], [null, false]]) {
    assert.equal(await handOut({ ...scripted({}, [answer]), cases: async () => [ready] }, { id: "t", number: "J001" }), done);
  }
  const unheard = { ...scripted({}, ["c1", "self", ""]), cases: async () => [ready], sent: async () => false };
  assert.equal(await handOut(unheard, { id: "t", number: "J001" }), false, "what was not done is not passed over");
});

test("what has to be done first is done first, and ends the act when it is refused", async () => {
  const request = { path: "c", body: 3, first: [{ path: "a", body: 1 }, { path: "b", body: 2 }] };
  const paths = [];
  const hall = (refused) => async (path) => (paths.push(path), path === refused ? { lost: true } : { done: path });
  assert.deepEqual(await all(hall(""), request), { done: "c" });
  assert.deepEqual(await all(hall("b"), request), { lost: true });
  assert.deepEqual(paths, ["a", "b", "c", "a", "b"]);
});

test("an act is found by its name, its pinyin, their initials or its key", () => {
  const tip = [["jiao xia yi wei"], "叫下一位", "F2"];
  for (const typed of ["", "下一", "JiaoXia", "jxyw", "f2", "xia yi"]) assert.ok(foundBy(typed, ...tip), typed);
  for (const typed of ["过号", "jyw", "f3"]) assert.ok(!foundBy(typed, ...tip), typed);
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
