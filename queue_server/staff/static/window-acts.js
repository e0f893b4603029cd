/**
 * What a clerk can do, by which key, and why not just now: the same answers as the console's
 * (`queue_server/console/acts.py`; one table of both is in tests/console/golden/acts.json).
 *
 * The answer to "why not" is taken from what the hall last pushed. It is a courtesy: the hall alone decides.
 *
 * @typedef {import("./window-scene.js").Scene} Scene
 * @typedef {{code: string, values?: Record<string, string | number>}} Why
 */

import { missWait, present, seated, stillOpen, undoLeft } from "./window-scene.js";
import { person, say } from "./staff-words.js";

/** Every act of the key bar and its key. @type {Record<string, string>} */
export const KEYS = {
  call_next: "F2", recall: "F3", start: "F4", finish: "F5", finish_next: "F6", miss: "F7",
  park: "F8", undo: "F9", transfer: "F10", pause: "F11", more: "F12",
};

/** What F12 offers, in its order. */
export const MORE = [
  "call", "serve", "return", "unpark", "found", "class", "matters", "cancel", "close", "release", "reprint",
  "printers", "guide", "hand_over", "large", "matter_end", "receipt", "carry_on",
];

/** Possible at any time, link or no link: it asks nothing of the hall. */
const FREE = ["find", "large"];

/** @param {string} act @param {Scene} scene @returns {Why | null} why an act cannot be done now */
export function whyNot(act, scene) {
  const { view } = scene;
  if (FREE.includes(act)) return null;
  if (!scene.up || view === null) return { code: "link" };
  if (act === "heard") return Object.keys(view.summons).length ? null : { code: "no_summons" };
  if (act === "pause") return null; // it also sits down, opens and resumes
  if (!seated(scene)) return view.clerk ? { code: "taken", values: { clerk: person(view.clerk) } } : { code: "not_seated" };
  return RULES[act]?.(scene, view) ?? null;
}

/** @param {Scene} scene @param {import("./window-scene.js").View} view @returns {Why | null} */
function freeWindow(scene, view) {
  if (view.state === "closed") return { code: "closed" };
  const here = present(scene);
  if (here) return { code: here.state === "serving" ? "serving" : "called", values: { number: here.number } };
  return view.state === "paused" ? { code: "paused" } : null;
}

/** @param {Scene} scene @returns {Why | null} */
function called(scene) {
  const here = present(scene);
  if (!here) return { code: "nobody_here" };
  return here.state === "called" ? null : { code: "started", values: { number: here.number } };
}

/** @param {Scene} scene @returns {Why | null} */
function serving(scene) {
  const here = present(scene);
  if (!here) return { code: "nobody_here" };
  return here.state === "serving" ? null : { code: "not_started", values: { number: here.number } };
}

/** @param {Scene} scene @returns {Why | null} */
function someone(scene) {
  return present(scene) ? null : { code: "nobody_here" };
}

/** @type {Record<string, (scene: Scene, view: import("./window-scene.js").View) => Why | null>} */
const RULES = {
  call_next: (scene, view) => freeWindow(scene, view) ?? (view.queue.length ? null : { code: "nobody_waits" }),
  recall: called,
  start: called,
  finish: serving,
  finish_next: serving,
  miss: (scene, view) => {
    const why = called(scene);
    if (why) return why;
    if (view.calls_needed > 0) return { code: "calls_needed", values: { n: view.calls_needed } };
    if (view.miss_opens_at === null) return { code: "not_heard" };
    const seconds = missWait(scene);
    return seconds ? { code: "miss_wait", values: { seconds } } : null;
  },
  park: (scene, view) => (present(scene) || view.parked.length ? null : { code: "nobody_to_park" }),
  undo: (scene, view) => {
    const here = present(scene);
    if (!undoLeft(scene)) return { code: "nothing_to_undo" };
    return view.undo !== "call" && here ? { code: "undo_present", values: { number: here.number } } : null;
  },
  transfer: someone,
  call: freeWindow,
  serve: freeWindow,
  return: (_scene, view) => (view.missed.length ? null : { code: "nobody_missed" }),
  unpark: (_scene, view) => (view.parked.length ? null : { code: "nobody_parked" }),
  found: called,
  class: called,
  matters: someone,
  matter_end: (scene) => {
    const here = present(scene);
    const why = serving(scene);
    if (why || !here) return why;
    return stillOpen(here).length ? null : { code: "no_matter_open", values: { number: here.number } };
  },
  carry_on: (scene) => {
    const here = present(scene);
    const why = serving(scene);
    if (why || !here) return why;
    return here.elsewhere.length ? null : { code: "nothing_elsewhere", values: { number: here.number } };
  },
  receipt: (scene) => {
    const here = present(scene);
    if (!here) return { code: "nobody_here" };
    const told = here.closed.some((end) => end.case || end.papers.length);
    return told ? null : { code: "nothing_accepted", values: { number: here.number } };
  },
  cancel: called,
  guide: (scene) => {
    const here = present(scene);
    if (!here) return { code: "nobody_here" };
    return here.matters.length ? null : { code: "no_matter", values: { number: here.number } };
  },
  close: (scene) => {
    const here = present(scene);
    return here ? { code: "still_here", values: { number: here.number } } : null;
  },
};

/** What a key does at this moment: F8 parks or takes back, F11 sits down, opens, pauses or resumes.
 * @param {string} act @param {Scene} scene @returns {string} */
export function meaning(act, scene) {
  const { view } = scene;
  if (view === null) return act;
  if (act === "park" && !view.present && view.parked.length) return "unpark";
  if (act !== "pause") return act;
  if (!seated(scene)) return "claim";
  if (view.state === "closed") return "open";
  return view.state === "paused" || view.pausing ? "resume" : "pause";
}

/** The key's short name as things stand, with its count-down where it has one. @param {string} act @param {Scene} scene */
export function label(act, scene) {
  const name = say(`console.act.${meaning(act, scene)}`);
  if (act === "miss" && seated(scene) && present(scene) && missWait(scene)) return `${name} ${missWait(scene)}s`;
  if (act === "undo" && seated(scene) && undoLeft(scene)) return `${name} ${undoLeft(scene)}s`;
  return name;
}

/** What a clerk most likely does next, so that it stands out. @param {Scene} scene @returns {string} */
export function likely(scene) {
  const { view } = scene;
  if (view === null || !seated(scene) || view.state === "closed") return "pause";
  const here = present(scene);
  if (here) return here.state === "called" ? "start" : "finish";
  return view.state === "paused" ? "pause" : "call_next";
}
