// What a loudspeaker has said is remembered over a reload, and for no longer than it matters.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEPT, Ledger, MOST } from "../../displays/static/board-ledger.js";

/** A browser's storage. */
class Shelf {
  kept = new Map();
  getItem = (key) => this.kept.get(key) ?? null;
  setItem = (key, text) => this.kept.set(key, text);
}

test("what was said before a reload is known after it, with how long ago it was", () => {
  const shelf = new Shelf();
  let now = 1000;
  new Ledger(shelf, () => now).add("d/7.zh.1");
  now = 4000;
  const again = new Ledger(shelf, () => now);
  assert.ok(again.has("d/7.zh.1"));
  assert.ok(!again.has("d/8.zh.1"));
  assert.deepEqual(again.all(), [{ id: "d/7.zh.1", ago: 3000 }]);
});

test("a clock that was set back never makes something said in the future", () => {
  let now = 5000;
  const ledger = new Ledger(new Shelf(), () => now);
  ledger.add("d/7.zh.1");
  now = 1000;
  assert.equal(ledger.ago("d/7.zh.1"), 0);
});

test("only the newest are kept, and none for longer than it matters", () => {
  let now = 0;
  const ledger = new Ledger(new Shelf(), () => now);
  for (let n = 0; n < MOST + 50; n++) ledger.add(`d/${n}.zh.1`);
  assert.equal(ledger.said.size, MOST);
  assert.ok(ledger.has(`d/${MOST + 49}.zh.1`) && !ledger.has("d/0.zh.1"));
  now = KEPT + 1;
  ledger.add("d/new.zh.1");
  assert.deepEqual([...ledger.said.keys()], ["d/new.zh.1"]);
});

for (const broken of ["{", "7", '{"a":1}', '[["a"],[7,8],null,["x",1]]']) {
  test(`a storage that holds ${broken} does not stop the board`, () => {
    const shelf = new Shelf();
    shelf.getItem = () => broken;
    assert.deepEqual([...new Ledger(shelf).said.keys()], broken.includes("x") ? ["x"] : []);
  });
}

test("a browser that keeps nothing remembers until it reloads", () => {
  const ledger = new Ledger(null);
  ledger.add("d/7.zh.1");
  assert.ok(ledger.has("d/7.zh.1"));
});
