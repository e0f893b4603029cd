/**
 * What a window's page knows at one moment: what the hall last pushed, who looks, and the hall's time.
 *
 * @typedef {import("./staff-words.js").Text} Text
 * @typedef {{code: string, name: Text}} Labelled
 * @typedef {{window: number, clerk: string, since: number, until?: number}} Station
 * @typedef {{id: string, number: string, category: string, cls: string, kind: string, state: string, end: string,
 *   matters: string[], language: string, taken_at: number, ahead: number | null, window: number | null,
 *   times_called: number, called_at: number | null, started_at: number | null, misses: number, note: string,
 *   parked_until: number | null, hold_until: number | null, stations: Station[], closed: MatterResult[],
 *   cases: string[], principal: string, elsewhere: string[], edition: number, guides: Matter[]}} Ticket
 * @typedef {{matter: string, outcome: string, papers: string[], until: string, case: string}} MatterResult
 * @typedef {{ticket: string, number: string, category: string, cls: string, taken_at: number, due: number, why: string}} Line
 * @typedef {{category: string, name: Text, waiting: number, longest: number, windows: number[], paused: boolean}} Category
 * @typedef {{seq: number, data_at: number, window: number, name: Text, state: string, pausing: boolean,
 *   reason: string, clerk: string, serves: string[], present: Ticket | null, queue: Line[], waiting: number,
 *   missed: Ticket[], parked: Ticket[], categories: Category[],
 *   figures: {served: number, called: number, missed: number, mean_service: number | null},
 *   calls_needed: number, miss_opens_at: number | null, undo: string, undo_until: number | null,
 *   undo_ticket: string, notices: Text[], needs: string[], troubles: Text[],
 *   summons: Text, summoned_at: number, catalogue: string}} View
 * @typedef {{id: string, name: Text, category: string, materials: string[], conditions: string[], instant: boolean}} Matter
 * @typedef {{id: string, name: Text, timezone: string, languages: string[], categories: Labelled[], matters: Matter[],
 *   windows: {number: number, name: Text, floor: string, area: string, serves: string[]}[],
 *   reasons: Record<string, Labelled[]>, outcomes: Labelled[], kinds: Labelled[], catalogue: string, exits: string[]}} Hall
 * @typedef {{hall: Hall, window: number, me: string, sits: boolean, view: View | null, up: boolean, now: number,
 *   cases?: {ticket: string, lines: import("./cases-scene.js").CaseLine[]}}} Scene `cases` are those that the present visitor came for
 */

import { named } from "./staff-words.js";

/** Whether the hall takes us for this window's clerk. @param {Scene} scene */
export function seated({ view, me }) {
  return view !== null && view.clerk === me;
}

/** The visitor called or in service here. @param {Scene} scene */
export function present({ view }) {
  return view === null ? null : view.present;
}

/** The matters of which somebody here has still to say what became of them. @param {Ticket} ticket */
export function stillOpen({ matters, closed, elsewhere }) {
  const over = closed.map((end) => end.matter);
  return matters.filter((each) => !over.includes(each) && !elsewhere.includes(each));
}

/** A matter as the present visitor's ticket goes by it, else as it is now. @param {{hall: Hall, view: View | null}} scene @param {string} id @returns {Matter} */
export function matterOf({ hall, view }, id) {
  const known = [...(view?.present?.guides ?? []), ...hall.matters];
  return known.find((each) => each.id === id) ?? { id, name: { zh: id }, category: "", materials: [], conditions: [], instant: false };
}

/** The edition whose guide of a matter the present visitor goes by, when that is not the one in force. @param {{view: View | null}} scene @param {string} id */
export function editionOf({ view }, id) {
  const here = view?.present;
  return here?.guides.some((each) => each.id === id) ? here.edition : undefined;
}

/** Seconds in which the last act can still be taken back. @param {Scene} scene */
export function undoLeft({ view, now }) {
  if (view === null || !view.undo || view.undo_until === null) return 0;
  return Math.max(0, Math.ceil((view.undo_until - now) / 1000));
}

/** Seconds until the miss key opens; 0 when it is open or nobody knows when. @param {Scene} scene */
export function missWait({ view, now }) {
  if (view === null || view.miss_opens_at === null) return 0;
  return Math.max(0, Math.ceil((view.miss_opens_at - now) / 1000));
}

/** The name behind a code of a pick list, or the code. @param {Labelled[] | undefined} names @param {string} code */
export function nameOf(names, code) {
  return named(names?.find((each) => each.code === code)?.name) || code;
}

/** @param {Hall} hall @param {string} letter */
export function category(hall, letter) {
  return nameOf(hall.categories, letter);
}

/** A matter's name, or its id. @param {{hall: Hall, view: View | null}} scene @param {string} id */
export function matterName(scene, id) {
  return named(matterOf(scene, id).name);
}

/** A picked reason's name; a note that was not picked is shown as it stands. @param {Hall} hall @param {string} act @param {string} code */
export function reason(hall, act, code) {
  return nameOf(hall.reasons[act], code);
}

/** The letters of the categories that this window serves. @param {Scene} scene */
export function served({ hall, view }) {
  const letters = [...new Set((view?.serves ?? []).map((pair) => pair.split(":")[0]))];
  return letters.includes("*") || !letters.length ? hall.categories.map((each) => each.code) : letters;
}
