/**
 * What the page of the cases (后台办理) knows at one moment.
 *
 * @typedef {import("./staff-words.js").Text} Text
 * @typedef {import("./window-scene.js").Labelled} Labelled
 * @typedef {{id: string, number: string, matter: string, name: Text, department: string, state: string, standing: string,
 *   accepted: string, promised_by: string, legal_by: string, limits_open: boolean, stopped: boolean, hall: string, at: string,
 *   exit: string, bound: string, owed: string[], owed_until: string, supplemented: boolean, extended: number, way: string,
 *   shelf: string, papers: string, handler: string}} CaseLine
 * @typedef {{at: number, by: string, what: string, detail: string}} CaseStep
 * @typedef {{case: CaseLine, materials: string[], steps: CaseStep[]}} CaseView
 * @typedef {{id: string, giver: string, receiver: string, numbers: Record<string, string>, taken_by: string, void: boolean}} PaperList
 * @typedef {{cases: CaseLine[], standings: Record<string, number>, data_at: number, halls?: Record<string, Text>}} Cases
 * @typedef {{hall: import("./window-scene.js").Hall & {departments: Labelled[]}, department: string, may: string[],
 *   view: Cases | null, at: string, closed: boolean, up: boolean, now: number}} Scene
 *   `may` are the acts that whoever looks has the right to; `at` is the marked case, `closed`: the closed ones are shown
 */

import { nameOf } from "./window-scene.js";
import { named, say } from "./staff-words.js";

/** The cases that are shown. @param {Scene} scene */
export function listed({ view }) {
  return view?.cases ?? [];
}

/** The marked case: the first until one was marked. @param {Scene} scene @returns {CaseLine | null} */
export function marked(scene) {
  const cases = listed(scene);
  return cases.find((each) => each.id === scene.at) ?? cases[0] ?? null;
}

/** The name of a hall of this server, else what it is called by. @param {{view: Cases | null}} scene @param {string} id */
export function hallNamed({ view }, id) {
  return named(view?.halls?.[id]) || id;
}

/** Who holds a file, as people say it. @param {Scene} scene @param {string} code */
export function holder({ hall }, code) {
  return ["window", "exit"].includes(code) ? say(`console.holder.${code}`) : nameOf(hall.departments, code);
}
