/**
 * What somebody of a department can do with the marked case, by which key, and why not just now: the same answers
 * as the console's (`queue_server/console/back_acts.py`; one table of both is in tests/console/golden/back-acts.json).
 *
 * @typedef {import("./cases-scene.js").Scene} Scene
 * @typedef {import("./cases-scene.js").CaseLine} CaseLine
 * @typedef {import("./window-acts.js").Why} Why
 */

import { hallNamed, marked } from "./cases-scene.js";

/** @type {Record<string, string>} */
export const KEYS = {
  case_take: "F2", case_supplement: "F3", case_received: "F4", case_ready: "F5", case_extend: "F6", case_clock: "F7",
  case_return: "F8", case_rework: "F9", case_papers: "F10", case_history: "F11", more: "F12",
};

/** What F12 offers, in its order. */
export const MORE = ["case_move", "case_send", "case_arrive", "case_closed"];

/** Looking, which whoever sees cases may do. */
export const LOOKING = ["case_history", "case_closed", "find", "more"];
const RUNNING = ["accepted", "handling", "supplement"];
const ALWAYS = ["more", "case_papers", "case_closed"];

/** @param {string} act @param {Scene} scene @returns {Why | null} why an act cannot be done now */
export function whyNot(act, scene) {
  if (act === "find") return null;
  if (!scene.up || scene.view === null) return { code: "link" };
  if (ALWAYS.includes(act)) return null;
  const line = marked(scene);
  if (line === null) return { code: "no_case" };
  if (line.bound && !["case_arrive", "case_history"].includes(act)) return { code: "case_travels", values: { hall: hallNamed(scene, line.bound) } };
  return RULES[act]?.(line) ?? null;
}

/** The case must be in one of these states. @param {string[]} states @returns {(line: CaseLine) => Why | null} */
function within(...states) {
  return ({ state }) => (states.includes(state) ? null : { code: `case_${state}` });
}

/** And its clock must run. @param {...string} states @returns {(line: CaseLine) => Why | null} */
function ticking(...states) {
  return (line) => within(...states)(line) ?? (line.stopped ? { code: "case_stopped" } : null);
}

/** @type {Record<string, (line: CaseLine) => Why | null>} */
const RULES = {
  case_take: within("accepted"),
  case_supplement: (line) => ticking("accepted", "handling")(line) ?? (line.supplemented ? { code: "supplemented" } : null),
  case_received: (line) => within(...RUNNING)(line) ?? (line.owed.length ? null : { code: "nothing_owed" }),
  case_ready: (line) => ticking("handling")(line) ?? (line.owed.length ? { code: "papers_owed" } : null),
  case_extend: (line) => ticking("accepted", "handling")(line) ?? (line.extended ? { code: "extended" } : null),
  case_clock: within("accepted", "handling"),
  case_return: within(...RUNNING),
  case_rework: within("ready"),
  case_move: within("ready"),
  case_send: within(...RUNNING, "ready"),
  case_arrive: ({ bound }) => (bound ? null : { code: "case_is_here" }),
};

/** What a key does at this moment: F7 stops the clock or lets it run, and the like. @param {string} act @param {Scene} scene */
export function meaning(act, scene) {
  const line = marked(scene);
  if (act === "case_clock" && line?.stopped && line.state !== "supplement") return "case_run";
  if (act === "case_closed" && scene.closed) return "case_open";
  return act === "more" ? "more_back" : act;
}

/** Whether whoever looks has the right to an act at all. @param {string} act @param {Scene} scene */
export function mayDo(act, { may }) {
  return LOOKING.includes(act) || may.includes(act);
}
