import assert from "node:assert/strict";
import { test } from "node:test";

import { facts, owed } from "../../kiosk/static/receipt-paint.js";

const WORDS = Object.fromEntries(
  ["case_number {number}", "case_promised {date}", "case_promised_open", "case_exit {hall}", "case_owed", "case_until {date}"].map(
    (said) => [`phone.${said.split(" ")[0]}`, { zh: said }],
  ),
);
const LINE = {
  number: "20261124-0007", name: { zh: "x" }, state: "handling", promised_by: "2026-12-01", owed: [], owed_until: "",
  exit: { zh: "县" }, ready: false, says: { zh: "y" },
};
/** @param {import("../../kiosk/static/receipt-paint.js").Line} line */
const told = (line) => facts(WORDS, line).map((text) => text.zh);

test("a running case says its promise and its exit, a closed one only its number", () => {
  assert.deepEqual(told(LINE), ["case_number 20261124-0007", "case_promised 2026-12-01", "case_exit 县"]);
  assert.deepEqual(told({ ...LINE, promised_by: "" })[1], "case_promised_open");
  for (const state of ["ready", "issued", "returned", "withdrawn"]) assert.equal(told({ ...LINE, state }).length, 1);
});

test("what is owed is asked for only while the case runs, with its day where there is one", () => {
  assert.equal(owed(WORDS, LINE), null);
  assert.equal(owed(WORDS, { ...LINE, owed: ["章程"] })?.zh, "case_owed");
  assert.equal(owed(WORDS, { ...LINE, owed: ["章程"], owed_until: "2027-01-08" })?.zh, "case_until 2027-01-08");
  assert.equal(owed(WORDS, { ...LINE, owed: ["章程"], state: "issued" }), null);
});
