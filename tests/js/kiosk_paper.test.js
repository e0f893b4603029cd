import assert from "node:assert/strict";
import { test } from "node:test";

import { anotherPaper, onPaper, openEnded, ownPaper, why } from "../../kiosk/static/kiosk-paper.js";

const east = { kiosk: "k1", place: "东门", printer: "p1", state: "paper_out", can_print: false };
const beside = { kiosk: "k2", place: "东门内", printer: "p1", state: "paper_out", can_print: false };
const west = { kiosk: "k3", place: "西门", printer: "p2", state: "ready", can_print: true };
const bare = { kiosk: "k4", place: "楼上", printer: "", state: "", can_print: false };
const well = { ...east, state: "ready", can_print: true };
const menu = { papers: [east, beside, west, bare] };

/** @param {Partial<import("../../kiosk/static/kiosk-paper.js").Slip>} said */
const slip = (said) => ({ outcome: "", coming: false, printer: "", place: "", ...said });

test("a kiosk finds its own paper, and another one where there is some", () => {
  assert.equal(ownPaper(menu, "k1"), east);
  assert.equal(ownPaper(menu, "k4"), null, "no printer is no trouble");
  assert.equal(ownPaper(menu, "nobody"), null);
  assert.equal(anotherPaper(menu, east), west);
  assert.equal(anotherPaper({ papers: [east, beside, bare] }, east), null, "the same printer is no other one");
});

test("without paper the number is all there is, until a slip comes out somewhere", () => {
  assert.equal(onPaper(east, null), "none");
  assert.equal(onPaper(east, slip({ outcome: "failed", printer: "p1" })), "none");
  assert.equal(onPaper(east, slip({ coming: true })), "there");
  assert.equal(onPaper(east, slip({ outcome: "printed", printer: "p2" })), "elsewhere");
  assert.equal(onPaper(east, slip({ outcome: "printed", printer: "p1" })), "");
});

test("with paper a slip that failed is told all the same, one of a mute printer is believed", () => {
  assert.equal(onPaper(well, null), "");
  assert.equal(onPaper(well, slip({ outcome: "failed", printer: "p1" })), "none");
  assert.equal(onPaper(well, slip({ outcome: "expired", printer: "p1" })), "none");
  assert.equal(onPaper(well, slip({ outcome: "unconfirmed", printer: "p1" })), "");
  assert.equal(onPaper(null, slip({ outcome: "failed" })), "", "a kiosk without a printer promises no paper");
});

test("news is waited for until the slip is out", () => {
  assert.equal(openEnded(null), true);
  assert.equal(openEnded(slip({ outcome: "failed" })), true);
  assert.equal(openEnded(slip({ outcome: "printed" })), false);
});

test("no paper is told from a printer that cannot print", () => {
  assert.equal(why(east), "kiosk.no_paper");
  assert.equal(why({ ...east, state: "cover_open" }), "kiosk.no_print");
});
