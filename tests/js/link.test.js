// The live link: newest state wins, staleness, coming back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openLink } from "../../queue_server/static/link.js";
import { Newest, backOff, read } from "../../queue_server/static/newest.js";

/** A world with a hand-moved clock and sockets that do what the test says. */
class World {
  constructor() {
    this.time = 0;
    this.timers = [];
    this.sockets = [];
  }
  now = () => this.time;
  chance = () => 0.5;
  later = (run, ms) => {
    const timer = { run, at: this.time + ms };
    this.timers.push(timer);
    return timer;
  };
  cancel = (timer) => {
    this.timers = this.timers.filter((each) => each !== timer);
  };
  socket = (url, protocols) => {
    const socket = { url, protocols, readyState: 0, sent: [], close() { this.readyState = 3; }, send(text) { this.sent.push(text); } };
    this.sockets.push(socket);
    return socket;
  };
  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.cancel(due);
      this.time = due.at;
      due.run();
    }
    this.time = end;
  }
  get last() {
    return this.sockets.at(-1);
  }
  deliver(message) {
    this.last.readyState = 1;
    this.last.onmessage({ data: JSON.stringify(message) });
  }
  cut() {
    this.last.readyState = 3;
    this.last.onclose({});
  }
}

function linked(more = {}) {
  const world = new World();
  const heard = [];
  const link = openLink({
    url: "ws://hall/live",
    environment: world,
    onState: (state) => heard.push(["state", state.seq]),
    onStale: ({ dataAt }) => heard.push(["stale", dataAt]),
    onFresh: () => heard.push(["fresh"]),
    ...more,
  });
  return { world, heard, link };
}
const board = (seq, data_at) => ({ type: "board", seq, data_at });
const beat = (seq, data_at) => ({ type: "beat", seq, data_at });

test("the newest board wins and an older one is ignored", () => {
  const { world, heard } = linked();
  world.deliver(board(5, 1000));
  world.deliver(board(4, 1500));
  world.deliver(board(6, 2000));
  assert.deepEqual(heard, [["state", 5], ["fresh"], ["state", 6]]);
});

test("data older than three seconds are told with the time of the last data", () => {
  const { world, heard } = linked();
  world.deliver(board(5, 1000));
  world.pass(2000);
  world.deliver(beat(5, 3000));
  world.pass(2900);
  assert.deepEqual(heard.at(-1), ["fresh"]);
  world.pass(500);
  assert.deepEqual(heard.at(-1), ["stale", 3000]);
  world.deliver(beat(5, 7000));
  assert.deepEqual(heard.at(-1), ["fresh"]);
});

test("an open socket that only repeats an old point of the log does not count as fresh", () => {
  const { world, heard } = linked();
  world.deliver(board(5, 1000));
  for (let i = 0; i < 4; i++) {
    world.pass(1000);
    world.deliver(beat(4, 1000 + i));
  }
  assert.deepEqual(heard.at(-1), ["stale", 1000]);
});

test("a server that cannot confirm the log's tail does not make old data fresh by a new connection", () => {
  const { world, heard } = linked();
  world.deliver(board(5, 1000));
  world.deliver(beat(5, 1500));
  world.pass(3500);
  assert.deepEqual(heard.at(-1), ["stale", 1500]);
  world.cut();
  world.pass(1000);
  world.deliver(board(5, 1000));
  world.deliver(beat(5, 1500));
  assert.deepEqual(heard.at(-1), ["stale", 1500]);
  world.deliver(beat(5, 6000));
  assert.deepEqual(heard.at(-1), ["fresh"]);
});

test("a page that starts before the server says it has no data, keeps trying and recovers", () => {
  const { world, heard } = linked();
  for (let i = 0; i < 8; i++) {
    world.cut();
    world.pass(5000);
  }
  assert.deepEqual(heard, [["stale", null]]);
  assert.ok(world.sockets.length >= 8);
  world.deliver(board(1, 9000));
  assert.deepEqual(heard.slice(1), [["state", 1], ["fresh"]]);
});

test("a socket that never opens or goes silent is given up and replaced", () => {
  const { world } = linked();
  world.pass(17_000);
  assert.ok(world.sockets.length >= 2);
  world.deliver(board(1, 1));
  const before = world.sockets.length;
  world.pass(16_000);
  assert.ok(world.sockets.length > before);
});

test("a socket that was given up is no longer heard", () => {
  const { world, heard } = linked();
  const first = world.last;
  world.pass(16_000);
  assert.notEqual(world.last, first);
  assert.equal(first.onmessage, null);
  assert.equal(heard.filter(([what]) => what === "state").length, 0);
});

test("the page says it is here at once and then every ten seconds", () => {
  const { world } = linked();
  for (let i = 1; i <= 21; i++) {
    world.deliver(beat(5, i));
    world.deliver(board(5, i));
    world.pass(1000);
  }
  assert.deepEqual(world.last.sent.map((text) => JSON.parse(text)), Array(3).fill({ type: "here", seq: 5 }));
});

test("a sign of life says what the page reports of itself, and cannot pass for another message", () => {
  const { world } = linked({ about: () => ({ version: "0123", sound: "on", type: "board" }) });
  world.deliver(board(5, 1));
  world.pass(300);
  assert.deepEqual(JSON.parse(world.last.sent[0]), { type: "here", seq: 5, version: "0123", sound: "on" });
});

test("whoever asks is told when the link is lost", () => {
  let lost = 0;
  const { world } = linked({ onLost: () => lost++ });
  world.last.onclose();
  assert.equal(lost, 1);
});

test("a token is offered as a subprotocol, never in the address", () => {
  const { world } = linked({ token: "abc" });
  assert.deepEqual(world.last.protocols, ["yichuang", "bearer.abc"]);
  assert.equal(world.last.url, "ws://hall/live");
});

test("closing ends everything", () => {
  const { world, link } = linked();
  link.close();
  world.pass(60_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.timers.length, 0);
});

test("a new business day starts over at a small sequence and is believed", () => {
  const newest = new Newest();
  assert.equal(newest.take(board(3000, 1000)), "state");
  assert.equal(newest.take(board(1, 1500)), "old");
  assert.equal(newest.take(beat(1, 2500)), "old");
  assert.equal(newest.take(board(2, 3500)), "state");
  assert.equal(newest.take(beat(2, 4500)), "fresh");
});

test("a server whose clock was set back still confirms its data", () => {
  const newest = new Newest();
  newest.take(board(10, 9000));
  assert.equal(newest.take(beat(10, 5000)), "fresh");
  assert.equal(newest.take(beat(10, 6000)), "fresh");
  assert.equal(newest.take(board(11, 6500)), "state");
});

test("a log rebuilt shorter is believed once the server confirms it clearly later", () => {
  const newest = new Newest();
  newest.take(board(10, 1000));
  assert.equal(newest.take(board(8, 900)), "old");
  assert.equal(newest.take(beat(8, 1500)), "old");
  assert.equal(newest.take(beat(8, 3500)), "state");
  assert.equal(newest.held.seq, 8);
});

test("what is no message of ours is left alone", () => {
  for (const text of ["", "{", "null", "7", '{"type":"board"}', '{"type":"beat","seq":"1","data_at":2}'])
    assert.equal(read(text), null);
  assert.equal(read(new ArrayBuffer(3)), null);
});

test("the back-off doubles, is spread and bounded", () => {
  assert.equal(backOff(0, 0), 250);
  assert.equal(backOff(0, 0.999), 500);
  assert.equal(backOff(3, 0), 2000);
  assert.equal(backOff(1000, 0.5), 3750);
});
