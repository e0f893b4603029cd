/**
 * Draws a window's page from one scene; every panel only writes what has changed.
 *
 * @typedef {import("./window-scene.js").Scene} Scene
 * @typedef {import("./window-scene.js").Ticket} Ticket
 * @typedef {{busy: string, clock: string}} Shown
 */

import { made, part, write } from "./staff-page.js";
import { clockTime, minutes, named, person, say } from "./staff-words.js";
import { KEYS, label, likely, meaning, whyNot } from "./window-acts.js";
import { paintVisitor } from "./window-visitor.js";
import { category, reason, seated } from "./window-scene.js";

/** @param {Scene} scene @param {Shown} shown */
export function paint(scene, shown) {
  const { view } = scene;
  document.body.dataset.state = view?.state ?? "";
  document.body.toggleAttribute("data-seated", seated(scene));
  document.body.toggleAttribute("data-busy", Boolean(shown.busy));
  write(part(document, "[data-clock]"), shown.clock);
  const state = view === null ? "" : say(`console.window.${view.pausing ? "pausing" : view.state}`);
  write(part(document, "[data-window-state]"), state);
  paintStrip(scene);
  paintSummons(scene);
  paintVisitor(scene);
  paintQueue(scene);
  paintAside(scene);
  paintFigures(scene);
  paintKeys(scene, shown.busy);
}

/** One line for what the clerk must know: a pause to come, an overdue form, paper, a notice. @param {Scene} scene */
function paintStrip(scene) {
  const [text, urgent] = mostUrgent(scene);
  const strip = part(document, "[data-strip]");
  strip.hidden = !text;
  strip.classList.toggle("warn", urgent);
  write(strip, text);
}

/** An urgent call stands above everything until somebody here has read it. @param {Scene} scene */
function paintSummons(scene) {
  const strip = part(document, "[data-summons]");
  const urgent = scene.view !== null && seated(scene) ? named(scene.view.summons) : "";
  strip.hidden = !urgent;
  if (urgent) write(part(strip, "[data-summons-said]"), urgent);
}

/** @param {Scene} scene @returns {[string, boolean]} */
function mostUrgent(scene) {
  const { view, hall, now, up } = scene;
  if (!up || view === null) return ["", false];
  if (scene.sits && !seated(scene) && view.clerk) return [say("console.why.taken", { clerk: person(view.clerk) }), true];
  const overdue = view.parked.filter((each) => each.parked_until !== null && each.parked_until < now);
  if (overdue.length) return [say("console.strip.overdue", { numbers: overdue.map((each) => each.number).join(" ") }), true];
  if (view.pausing) return [say("console.strip.pausing", { reason: reason(hall, "pause", view.reason) }), true];
  if (view.troubles.length) return [named(view.troubles[0]), true];
  return view.notices.length ? [say("console.strip.notice", { text: named(view.notices[0]) }), false] : ["", false];
}

/** Rows of a list, drawn anew only when one of them differs. @param {HTMLElement} list @param {string[][]} rows @param {string} empty */
function fill(list, rows, empty) {
  const key = JSON.stringify([rows, empty]);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  const shown = rows.map(([kind, ...cells]) => {
    const row = made("li", kind);
    row.append(...cells.map((cell, place) => made(place ? "span" : "b", "", cell)));
    return row;
  });
  list.replaceChildren(...(shown.length ? shown : [made("li", "none", empty)]));
}

/** @param {Scene} scene */
function paintQueue({ view, hall, now }) {
  write(part(document, "[data-queue-title]"), say("console.panel.queue", { n: view?.waiting ?? 0 }));
  const rows = (view?.queue ?? []).map((line) => {
    const waited = say("console.queue.waited", { n: minutes(now - line.taken_at) });
    const plain = line.why === "order" || line.why === "returned";
    return [plain ? "" : "first", line.number, waited, say(`console.queue.${line.why}`), category(hall, line.category)];
  });
  fill(part(document, "[data-queue]"), rows, say("console.empty.queue"));
  const more = (view?.waiting ?? 0) - rows.length;
  part(document, "[data-queue-more]").hidden = more <= 0;
  if (more > 0) write(part(document, "[data-queue-more]"), say("console.queue.more", { n: more }));
}

/** Those who missed their call and those who fill in a form: both may come back to this window. @param {Scene} scene */
function paintAside({ view, now }) {
  const [missed, parked] = [view?.missed ?? [], view?.parked ?? []];
  write(part(document, "[data-aside-title]"), say("console.panel.aside", { missed: missed.length, parked: parked.length }));
  const rows = parked.map((each) => {
    const left = (each.parked_until ?? now) - now;
    const time = clockTime(Math.abs(left) / 1000);
    return left < 0 ? ["late", each.number, say("console.aside.overdue", { time })] : ["", each.number, say("console.aside.parked", { time })];
  });
  const gone = missed.map((each) => {
    const left = each.hold_until === null ? say("console.aside.missed") : say("console.aside.missed_until", { n: minutes(each.hold_until - now) });
    return ["", each.number, left];
  });
  fill(part(document, "[data-aside]"), [...rows, ...gone], say("console.empty.aside"));
}

/** @param {Scene} scene */
function paintFigures({ view }) {
  const own = view?.figures;
  const { served = 0, called = 0, missed = 0, mean_service: mean = null } = own ?? {};
  write(part(document, "[data-figures]"), own ? say("console.figures.counts", { served, called, missed }) : "");
  const time = mean === null ? "-" : clockTime(mean / 1000);
  write(part(document, "[data-mean]"), own ? say("console.figures.mean", { time }) : "");
}

/** @param {Scene} scene @param {string} busy */
function paintKeys(scene, busy) {
  const next = likely(scene);
  for (const act of Object.keys(KEYS)) {
    const key = part(document, `[data-act=${act}]`);
    const why = busy ? { code: "busy", values: { act: say(`console.act.${busy}`) } } : act === "more" ? null : whyNot(act, scene);
    const told = why && act !== "more" ? say(`console.why.${why.code}`, why.values) : "";
    write(part(key, "[data-name]"), label(act, scene));
    key.setAttribute("aria-disabled", String(Boolean(told)));
    key.title = [say(`console.tip.${meaning(act, scene)}`), told].filter(Boolean).join(" ");
    key.classList.toggle("likely", act === next && !told);
  }
}
