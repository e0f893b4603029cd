/**
 * Draws the page of the cases from one scene.
 *
 * @typedef {import("./cases-scene.js").Scene} Scene
 * @typedef {import("./cases-scene.js").CaseLine} CaseLine
 */

import { KEYS, mayDo, meaning, whyNot } from "./cases-acts.js";
import { listed, marked } from "./cases-scene.js";
import { read } from "./staff-dialog.js";
import { paintLink } from "./staff-live.js";
import { made, part, redraw, write } from "./staff-page.js";
import { named, person, say } from "./staff-words.js";
import { reason } from "./window-scene.js";

const STANDINGS = ["red", "orange", "yellow", "unknown"];

/** @param {Scene} scene @param {{busy: string, clock: string}} shown */
export function paint(scene, { busy, clock }) {
  paintLink(scene.up, scene.view !== null);
  document.body.toggleAttribute("data-busy", Boolean(busy));
  write(part(document, "[data-clock]"), clock);
  paintStrip(scene);
  paintList(scene);
  paintCase(scene);
  paintKeys(scene, busy);
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

/** @param {CaseLine} line */
function stage({ bound, stopped, state }) {
  if (bound) return say("console.case.bound", { hall: bound });
  return stopped && state !== "supplement" ? say("console.case.stopped") : say(`console.stage.${state}`);
}

/** @param {Scene} scene */
function paintList(scene) {
  const cases = listed(scene);
  const title = say(scene.closed ? "console.panel.closed_cases" : "console.panel.cases", { n: cases.length });
  write(part(document, "[data-cases-title]"), title);
  const list = part(document, "[data-cases]");
  redraw(list, cases, (line) => {
    const row = made("li", line.standing);
    row.id = `case-${line.id}`;
    row.dataset.case = line.id;
    row.setAttribute("role", "option");
    const standing = line.standing ? say(`console.stands.${line.standing}`) : "";
    const cells = [line.number, named(line.name), stage(line), line.promised_by || line.legal_by || "-", standing];
    row.append(...cells.map((cell, place) => made(place ? "span" : "b", "", cell)));
    return row;
  });
  const here = marked(scene);
  for (const row of list.children) row.setAttribute("aria-selected", String(row.id === `case-${here?.id}`));
  if (here) list.setAttribute("aria-activedescendant", `case-${here.id}`);
  else list.removeAttribute("aria-activedescendant");
  list.hidden = !cases.length;
  part(document, "[data-no-cases]").hidden = scene.view === null || cases.length > 0;
}

/** The marked case whole. @param {Scene} scene */
function paintCase(scene) {
  const line = marked(scene);
  part(document, "[data-case-panel]").hidden = line === null;
  if (line === null) return;
  write(part(document, "[data-case-number]"), line.number);
  write(part(document, "[data-case-name]"), named(line.name));
  redraw(part(document, "[data-case-told]"), told(line), (text) => {
    const row = document.createElement("li");
    row.append(...text.split("  ").map((each) => made("span", "", each))); // so that a line breaks between facts
    return row;
  });
}

/** @param {CaseLine} line */
function told(line) {
  const { promised_by: promised, legal_by: legal, accepted: on, hall, at, exit, owed, owed_until: until, shelf, handler } = line;
  const shown = [stage(line) + (line.standing ? `  ${say(`console.stands.${line.standing}`)}` : ""), say("console.case.limits", { promised: promised || "-", legal: legal || "-", on })];
  if (new Set([hall, at, exit]).size > 1) shown.push(say("console.case.places", { hall, at, exit }));
  if (owed.length) shown.push(say("console.case.owed", { papers: owed.join("、") }) + (until ? `  ${say("console.case.until", { until })}` : ""));
  if (shelf) shown.push(say("console.case.shelf", { shelf }));
  if (handler) shown.push(say("console.case.handler", { who: person(handler) }));
  return shown;
}

/** @param {Scene} scene @param {string} busy */
function paintKeys(scene, busy) {
  for (const act of Object.keys(KEYS)) {
    const key = part(document, `[data-act=${act}]`);
    const why = busy ? { code: "busy", values: { act: say(`console.act.${busy}`) } } : act === "more" ? null : whyNot(act, scene);
    const said = why ? say(`console.why.${why.code}`, why.values) : "";
    key.hidden = !mayDo(act, scene);
    write(part(key, "[data-name]"), say(`console.act.${meaning(act, scene)}`));
    key.setAttribute("aria-disabled", String(Boolean(said)));
    key.title = [say(`console.tip.${meaning(act, scene)}`), said].filter(Boolean).join(" ");
  }
}

/** Everything that happened to a case. @param {Scene} scene @param {import("./cases-scene.js").CaseView} known */
export async function history({ hall }, known) {
  const shape = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: hall.timezone });
  const list = made("ol", "history");
  for (const { at, by, what, detail } of known.steps) {
    const row = document.createElement("li");
    row.append(made("time", "", shape.format(at)), made("b", "", say(`console.step.${what}`)), made("span", "", person(by)), made("span", "", detail && reason(hall, "case", detail)));
    list.append(row);
  }
  await read(known.case.number, [list]);
}
