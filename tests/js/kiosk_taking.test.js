import assert from "node:assert/strict";
import { test } from "node:test";

import { decided, getTicket } from "../../kiosk/static/kiosk-taking.js";

const WISH = { category: "S", matters: [], cls: "ordinary", language: "zh" };
const ISSUED = { status: 201, body: { number: "S023" } };

/** A network that gives these answers in turn, and what was asked of it. */
function network(...answers) {
  const asked = [];
  const heard = [];
  const pauses = [];
  const ways = {
    post: async (wish, key) => {
      asked.push([wish, key]);
      return answers.shift() ?? null;
    },
    pause: async (ms) => void pauses.push(ms),
    wanted: () => answers.length > 0,
    link: (up) => heard.push(up),
  };
  return { ways, asked, heard, pauses };
}

test("an answer at once is one request and no word about the link", async () => {
  const { ways, asked, heard } = network(ISSUED);
  assert.deepEqual(await getTicket(WISH, "k", ways), { receipt: ISSUED.body });
  assert.deepEqual([asked.length, heard], [1, []]);
});

test("silence, a server's failure and a cut-off answer are retried with the same key and body", async () => {
  const cutOff = { status: 201, body: null };
  const { ways, asked, heard, pauses } = network(null, { status: 503, body: null }, cutOff, { status: 429, body: null }, ISSUED);
  assert.deepEqual(await getTicket(WISH, "k", ways), { receipt: ISSUED.body });
  assert.deepEqual(asked, Array(5).fill([WISH, "k"]));
  assert.deepEqual(heard, [false, false, false, false]);
  assert.deepEqual(pauses, [500, 1000, 2000, 2000]);
});

test("a refusal ends the asking and carries its sentence", async () => {
  const body = { code: "cutoff", sentence: { zh: "停止取号" }, detail: "full" };
  const { ways, asked } = network({ status: 409, body });
  assert.deepEqual(await getTicket(WISH, "k", ways), { problem: { ...body, status: 409 } });
  assert.equal(asked.length, 1);
});

test("a refusal from something that does not speak problem details still is one", async () => {
  const { ways } = network({ status: 413, body: "<html>" });
  assert.deepEqual(await getTicket(WISH, "k", ways), { problem: { code: "", sentence: {}, detail: "", status: 413 } });
});

test("nobody asks on when the visitor has gone", async () => {
  const { ways, asked } = network();
  assert.equal(await getTicket(WISH, "k", ways), null);
  assert.equal(asked.length, 0);
});

test("only the server's own yes or no decides", () => {
  assert.ok(decided(ISSUED));
  assert.ok(decided({ status: 401, body: null }));
  for (const status of [302, 408, 425, 429, 500, 502, 503]) assert.ok(!decided({ status, body: null }), String(status));
});
