/**
 * What has to be picked before an act, and the request that comes of it: as the console asks
 * (`queue_server/console/flows.py`). A flow gives null when the clerk thinks better of it.
 *
 * @typedef {import("./window-scene.js").Scene} Scene
 * @typedef {import("./window-scene.js").Ticket} Ticket
 * @typedef {import("./window-picks.js").Choice} Choice
 * @typedef {{act: string, path: string, body: Record<string, unknown>, first?: Request[]}} Request `first` is sent before it
 * @typedef {object} Ask the clerk, as a flow sees one; null when the clerk goes back
 * @property {() => Scene} scene
 * @property {(title: string, choices: Choice[], about?: string) => Promise<string | null>} pick
 * @property {(title: string, about: string) => Promise<string | null>} number
 * @property {(title: string, about: string) => Promise<string | null>} code a check code, "" for none
 * @property {(title: string, about: string) => Promise<string | null>} caseNumber of a receipt, "" without one
 * @property {() => Promise<import("./window-paper.js").Printer[] | null>} printers
 * @property {(ticket: Ticket, open: string[]) => Promise<Record<string, string> | null>} outcomes
 * @property {(title: string, choices: Choice[], ticked: string[]) => Promise<string[] | null>} several
 */

import { carryOn, endMatter, finish } from "./window-matters.js";
import { callNumber, closeWindow, pause, reasonFor, release, serveWithoutTicket } from "./window-desk.js";
import { printers, reprint } from "./window-paper.js";
import { categories, labelled, otherWindows, tickets } from "./window-picks.js";
import { category, present } from "./window-scene.js";
import { named, say } from "./staff-words.js";

const PARK_MINUTES = [5, 10, 15, 20, 30, 60];

/** @param {string} act @returns {(ask: Ask) => Promise<Request | null>} an act on the present visitor that needs nothing but the key */
function atTicket(act) {
  return async (ask) => {
    const here = present(ask.scene());
    return here && { act, path: `tickets/${here.id}/${act}`, body: {} };
  };
}

/** @param {Ask} ask @returns {Promise<Request | null>} */
async function park(ask) {
  const here = present(ask.scene());
  if (!here) return unpark(ask);
  const times = PARK_MINUTES.map((n) => ({ value: String(n), label: say("console.pick.minutes", { n }) }));
  const picked = await ask.pick(say("console.title.park", { number: here.number }), times);
  return picked === null ? null : { act: "park", path: `tickets/${here.id}/park`, body: { minutes: Number(picked) } };
}

/** @param {Ask} ask @returns {Promise<Request | null>} */
async function unpark(ask) {
  const { hall, view } = ask.scene();
  const id = await ask.pick(say("console.title.unpark"), tickets(hall, view?.parked ?? []));
  return id === null ? null : { act: "unpark", path: `tickets/${id}/unpark`, body: {} };
}

/** @param {Ask} ask @returns {Promise<Request | null>} */
async function giveBack(ask) {
  const { hall, view } = ask.scene();
  const id = await ask.pick(say("console.title.return"), tickets(hall, view?.missed ?? []));
  return id === null ? null : { act: "return", path: `tickets/${id}/return`, body: {} };
}

/** @param {Ask} ask @returns {Promise<Request | null>} to a category or a window, with a note from the hall's list */
async function transfer(ask) {
  const scene = ask.scene();
  const here = present(scene);
  if (!here) return null;
  const title = say("console.title.transfer", { number: here.number });
  const ways = [
    { value: "category", label: say("console.pick.to_category") },
    { value: "window", label: say("console.pick.to_window") },
  ];
  const where = await ask.pick(title, ways);
  if (where === null) return null;
  const target = await ask.pick(title, where === "category" ? categories(scene) : otherWindows(scene));
  if (target === null) return null;
  const notes = labelled(scene.hall.reasons.note);
  const none = { value: "", label: say("console.pick.no_note") };
  const note = notes.length ? await ask.pick(title, [none, ...notes], say("console.pick.note")) : "";
  if (note === null) return null;
  const to = where === "category" ? { category: target } : { window: Number(target) };
  return { act: "transfer", path: `tickets/${here.id}/transfer`, body: { ...to, note } };
}

/** @param {Ask} ask @returns {Promise<Request | null>} */
async function changeClass(ask) {
  const { hall } = ask.scene();
  const here = present(ask.scene());
  if (!here) return null;
  const body = await classWanted(ask, here, hall.kinds);
  return body && { act: "class", path: `tickets/${here.id}/class`, body };
}

/** Priority granted or taken back, for a picked reason. @param {Pick<Ask, "pick" | "scene">} ask
 * @param {{number: string, cls: string}} ticket @param {import("./window-scene.js").Labelled[]} kinds */
export async function classWanted(ask, ticket, kinds) {
  const grants = ticket.cls !== "priority";
  const title = say(grants ? "console.title.grant" : "console.title.withdraw", { number: ticket.number });
  const kind = grants && kinds.length ? await ask.pick(title, labelled(kinds)) : "";
  if (kind === null) return null;
  const reason = await reasonFor(/** @type {Ask} */ (ask), title, "priority");
  return reason === null ? null : { cls: grants ? "priority" : "ordinary", reason, kind };
}

/** @param {Ask} ask @returns {Promise<Request | null>} the visitor brought one matter more */
async function addMatters(ask) {
  const { hall } = ask.scene();
  const here = present(ask.scene());
  if (!here) return null;
  const own = [...hall.matters].sort((a, b) => Number(a.category !== here.category) - Number(b.category !== here.category));
  const offered = own
    .filter((each) => !here.matters.includes(each.id))
    .map((each) => ({ value: each.id, label: named(each.name), note: category(hall, each.category) }));
  const id = await ask.pick(say("console.title.matters", { number: here.number }), offered);
  return id === null ? null : { act: "matters", path: `tickets/${here.id}/matters`, body: { matters: [id] } };
}

/** @param {Ask} ask @returns {Promise<Request | null>} the number is lost, so the reason is asked for */
async function cancel(ask) {
  const here = present(ask.scene());
  if (!here) return null;
  const title = say("console.title.cancel", { number: here.number });
  const reason = await reasonFor(ask, title, "cancel", say("console.pick.cancel"));
  return reason === null ? null : { act: "cancel", path: `tickets/${here.id}/cancel`, body: { reason } };
}

/** @type {Record<string, (ask: Ask) => Promise<Request | null>>} */
export const FLOWS = {
  call_next: async (ask) => ({ act: "call_next", path: `windows/${ask.scene().window}/call-next`, body: {} }),
  finish_next: async (ask) => ({ act: "finish_next", path: `windows/${ask.scene().window}/call-next`, body: { finish: true } }),
  recall: atTicket("recall"),
  start: atTicket("start"),
  miss: atTicket("miss"),
  found: atTicket("found"),
  finish,
  matter_end: endMatter,
  carry_on: carryOn,
  park,
  unpark,
  undo: async (ask) => ({ act: "undo", path: `tickets/${ask.scene().view?.undo_ticket}/undo`, body: {} }),
  transfer,
  pause,
  call: callNumber,
  serve: serveWithoutTicket,
  return: giveBack,
  class: changeClass,
  matters: addMatters,
  cancel,
  close: closeWindow,
  release,
  heard: async (ask) => ({ act: "heard", path: `windows/${ask.scene().window}/summons/answered`, body: {} }),
  reprint,
  printers,
};
