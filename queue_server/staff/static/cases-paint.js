/**
 * Draws the page of the cases from one scene.
 *
 * @typedef {import("./cases-scene.js").Scene} Scene
 * @typedef {import("./cases-scene.js").CaseLine} CaseLine
 * @typedef {import("./staff-listed.js").Listed} Listed
 */

import { hallNamed, listed, marked } from "./cases-scene.js";
import { read } from "./staff-dialog.js";
import { paintLink } from "./staff-live.js";
import { made, part, redraw, write } from "./staff-page.js";
import { named, person, say } from "./staff-words.js";
import { reason } from "./window-scene.js";

const STANDINGS = ["red", "orange", "yellow", "unknown"];

/** @param {Scene} scene @param {Listed} desk @param {string} clock */
export function paint(scene, desk, clock) {
  paintLink(scene.up, scene.view !== null);
  write(part(document, "[data-clock]"), clock);
  paintStrip(scene);
  paintList(scene, desk);
  paintCase(scene);
  desk.paintKeys();
}

/** How many are late, the worst first. @param {Scene} scene */
function paintStrip({ view, up }) {
  const counts = view?.standings ?? {};
  const told = STANDINGS.filter((each) => counts[each]).map((each) => say(`console.standing.${each}`, { n: counts[each] }));
  const strip = part(document, "[data-strip]");
  strip.hidden = view === null || !up;
  strip.classList.toggle("warn", Boolean(counts.red || counts.orange));
  write(strip, told.join("   ") || say("console.standing.none"));
}

/** @param {Scene} scene @param {CaseLine} line */
function stage(scene, { bound, stopped, state }) {
  if (bound) return say("console.case.bound", { hall: hallNamed(scene, bound) });
  return stopped && state !== "supplement" ? say("console.case.stopped") : say(`console.stage.${state}`);
}

/** @param {Scene} scene @param {Listed} desk */
function paintList(scene, desk) {
  const cases = listed(scene);
  const title = say(scene.closed ? "console.panel.closed_cases" : "console.panel.cases", { n: cases.length });
  write(part(document, "[data-cases-title]"), title);
  const lines = cases.map((line) => {
    const standing = line.standing ? say(`console.stands.${line.standing}`) : "";
    const cells = [line.number, named(line.name), stage(scene, line), line.promised_by || line.legal_by || "-", standing];
    return { id: line.id, name: line.standing, cells };
  });
  desk.paintLines(part(document, "[data-cases]"), lines, scene.view !== null);
}

/** The marked case whole. @param {Scene} scene */
function paintCase(scene) {
  const line = marked(scene);
  part(document, "[data-case-panel]").hidden = line === null;
  if (line === null) return;
  write(part(document, "[data-case-number]"), line.number);
  write(part(document, "[data-case-name]"), named(line.name));
  redraw(part(document, "[data-case-told]"), told(scene, line), (text) => {
    const row = document.createElement("li");
    row.append(...text.split("  ").map((each) => made("span", "", each))); // so that a line breaks between facts
    return row;
  });
}

/** @param {Scene} scene @param {CaseLine} line */
function told(scene, line) {
  const { promised_by: promised, legal_by: legal, accepted: on, hall, at, exit, owed, owed_until: until, shelf, handler } = line;
  const shown = [stage(scene, line) + (line.standing ? `  ${say(`console.stands.${line.standing}`)}` : ""), say("console.case.limits", { promised: promised || "-", legal: legal || "-", on })];
  if (new Set([hall, at, exit]).size > 1) shown.push(say("console.case.places", { hall: hallNamed(scene, hall), at: hallNamed(scene, at), exit: hallNamed(scene, exit) }));
  if (owed.length) shown.push(say("console.case.owed", { papers: owed.join("、") }) + (until ? `  ${say("console.case.until", { until })}` : ""));
  if (shelf) shown.push(say("console.case.shelf", { shelf }));
  if (handler) shown.push(say("console.case.handler", { who: person(handler) }));
  return shown;
}

/** Steps that tell of a hall. */
const IN_A_HALL = ["opened", "sent"];

/** Everything that happened to a case. @param {Scene} scene @param {import("./cases-scene.js").CaseView} known */
export async function history(scene, known) {
  const { hall } = scene;
  const shape = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: hall.timezone });
  const list = made("ol", "history");
  for (const { at, by, what, detail } of known.steps) {
    const row = document.createElement("li");
    const told = IN_A_HALL.includes(what) ? hallNamed(scene, detail) : detail && reason(hall, "case", detail);
    row.append(made("time", "", shape.format(at)), made("b", "", say(`console.step.${what}`)), made("span", "", person(by)), made("span", "", told));
    list.append(row);
  }
  await read(known.case.number, [list]);
}
