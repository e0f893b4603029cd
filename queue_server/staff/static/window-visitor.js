/**
 * Draws the visitor at the window: readable from across the desk, or what to do when there is none.
 *
 * @typedef {import("./window-scene.js").Scene} Scene
 * @typedef {import("./window-scene.js").Ticket} Ticket
 */

import { made, part, redraw, write } from "./staff-page.js";
import { clockTime, minutes, named, say } from "./staff-words.js";
import { category, matterOf, nameOf, present, reason, seated } from "./window-scene.js";

/** @param {Scene} scene */
export function paintVisitor(scene) {
  const here = present(scene);
  const panel = part(document, "[data-present]");
  panel.dataset.visitor = here?.state ?? "";
  write(part(panel, "[data-number]"), here?.number ?? "");
  write(part(document, "[data-line-number]"), here?.number ?? "");
  write(part(panel, "[data-nobody]"), here ? "" : nobody(scene));
  write(part(panel, "[data-next]"), here ? "" : next(scene));
  part(panel, "[data-about-visitor]").hidden = !here;
  const state = here ? `${say(`console.ticket.${here.state}`)} ${since(here, scene.now)}`.trim() : "";
  write(part(panel, "[data-since]"), state);
  write(part(document, "[data-now]"), line(scene, here, state));
  if (!here) return;
  const waited = minutes((here.called_at ?? scene.now) - here.taken_at);
  write(part(panel, "[data-calls]"), `${say("console.present.calls", { n: here.times_called })}  ${say("console.present.waited", { n: waited })}`);
  paintBadges(scene, here);
  paintMatters(scene, here);
}

/** All of it in the call bar's one line. @param {Scene} scene @param {Ticket | null} here @param {string} state */
function line(scene, here, state) {
  const queue = say("console.panel.queue", { n: scene.view?.waiting ?? 0 });
  return here ? `${state}  ${queue}` : `${nobody(scene)}  ${queue}`;
}

/** @param {Ticket} here @param {number} now */
function since(here, now) {
  const at = here.state === "serving" ? here.started_at : here.called_at;
  return at === null ? "" : clockTime((now - at) / 1000);
}

/** @param {Scene} scene */
function nobody(scene) {
  const { view, hall } = scene;
  if (view === null) return say("console.empty.connecting");
  if (!scene.sits) return say("console.why.nobody_here");
  if (!seated(scene)) return say(view.clerk ? "console.empty.taken" : "console.empty.not_seated");
  if (view.state === "open") return say(view.queue.length ? "console.empty.call_next" : "console.empty.nobody_waits");
  return view.state === "closed" ? say("console.empty.closed") : say("console.empty.paused", { reason: reason(hall, "pause", view.reason) });
}

/** @param {Scene} scene */
function next(scene) {
  const first = scene.view?.queue[0];
  if (!first || !seated(scene)) return "";
  return say("console.empty.next", { number: first.number, category: category(scene.hall, first.category) });
}

/** Class, language, needs, note and earlier stations: what makes this visitor different. @param {Scene} scene @param {Ticket} here */
function paintBadges(scene, here) {
  const { hall, view } = scene;
  const kind = here.kind ? ` ${nameOf(hall.kinds, here.kind)}` : "";
  const badges = [
    [here.cls === "ordinary" ? "" : "first", `${say(`console.class.${here.cls}`)}${kind}`],
    ["", category(hall, here.category)],
    ...(here.language === document.documentElement.lang.slice(0, 2) ? [] : [["", say(`console.language.${here.language}`)]]),
    ...(view?.needs ?? []).map((need) => ["first", say(`console.need.${need}`)]),
  ];
  redraw(part(document, "[data-badges]"), badges, ([name, text]) => made("li", name, text));
  const told = [
    ...(here.principal ? [say("console.present.agent", { principal: here.principal })] : []),
    ...(here.note ? [say("console.present.note", { note: reason(hall, "note", here.note) })] : []),
    ...here.stations
      .filter((each) => each.until)
      .map((each) => say("console.present.station", { window: each.window, time: clockTime(((each.until ?? 0) - each.since) / 1000) })),
  ];
  redraw(part(document, "[data-told]"), told, (text) => made("li", "", text));
}

/** What lies ready for a visitor who came for cases and where, or what is still owed. @param {Scene["cases"]} cases */
function paintCases(cases) {
  redraw(part(document, "[data-visitors-cases]"), cases?.lines ?? [], ({ number, name, state, shelf, owed }) => {
    const row = document.createElement("li");
    const told = state === "ready" ? say("console.case.shelf", { shelf }) : owed.length ? say("console.case.owed", { papers: owed.join("、") }) : say(`console.stage.${state}`);
    row.append(made("h3", "", `${number}  ${named(name)}`), made("p", "", told));
    return row;
  });
}

/** The matters with what must have been brought, and the way to the guide of each. @param {Scene} scene @param {Ticket} here */
function paintMatters(scene, here) {
  const { cases } = scene;
  const matters = here.matters.map((id) => matterOf(scene, id));
  const shown = matters.map((each) => ({ ...each, away: here.elsewhere.includes(each.id) ? say("console.present.elsewhere") : "" }));
  redraw(part(document, "[data-matters]"), shown, (matter) => {
    const row = document.createElement("li");
    const head = made("div", "matter");
    head.append(made("h3", "", named(matter.name) + matter.away));
    const guide = made("button", "guide", say("staff.guide"));
    guide.setAttribute("type", "button");
    guide.dataset.guide = matter.id;
    guide.setAttribute("aria-label", `${say("staff.guide")} ${named(matter.name)}`);
    head.append(guide);
    const list = made("ul", "papers");
    list.append(...matter.materials.map((each) => Object.assign(made("li", "", each), { lang: "zh-CN" })));
    row.append(head, list);
    return row;
  });
  paintCases(cases?.ticket === here.id ? cases : undefined);
  const none = part(document, "[data-no-matter]");
  none.hidden = matters.length > 0 || here.cases.length > 0;
  write(none, say("console.present.no_matter"));
}
