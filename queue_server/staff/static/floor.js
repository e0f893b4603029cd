/**
 * The floor staff's page: issue, find, bring back, print again, grant priority, come when a kiosk calls.
 *
 * @typedef {import("./floor-lists.js").Work} Work
 * @typedef {import("./window-scene.js").Ticket} Ticket
 */

import { actsFor, helpRows, returnRows, soughtRows } from "./floor-lists.js";
import { rows, tiles } from "./floor-paint.js";
import { hand, wish } from "./floor-take.js";
import { get } from "./network.js";
import { listen, pick } from "./staff-dialog.js";
import { act, problem, whyNot } from "./staff-hand.js";
import { Live, paintLink } from "./staff-live.js";
import { api, config, hush, learn, part, signOut, tell, write } from "./staff-page.js";
import { number } from "./staff-typed.js";
import { cleaned, minutes, named, say } from "./staff-words.js";
import { reasonFor } from "./window-desk.js";
import { classWanted } from "./window-flows.js";
import { onceMore } from "./window-paper.js";
import { labelled } from "./window-picks.js";
import { category, nameOf } from "./window-scene.js";

let hall = config.hall;
/** @type {Work | null} */
let work = null;
let up = false;
let busy = false;

/** @type {any} what the questions of a window's page need of us */
const ask = { pick, scene: () => ({ hall, view: null, now: live.now }), printers: async () => (await learn("printers"))?.printers ?? null };

const live = new Live("floor/live", {
  onState: (newer) => {
    if (newer.catalogue !== hall.catalogue) void learnHall();
    show((work = newer));
  },
  onLink: (fresh) => show((up = fresh)),
});

document.addEventListener("click", (event) => {
  const key = event.target instanceof Element ? event.target.closest("button") : null;
  if (!key || busy) return;
  if (key.dataset.category) void doing(() => issue(key.dataset.category ?? ""));
  else if (key.dataset.act) void doing(() => rowAct(key.dataset.act ?? "", key.dataset.id ?? ""));
  else if (key.dataset.do === "find") void doing(find);
  else if (key.dataset.do === "sign-out") void signOut();
});
listen();
setInterval(() => (hush(), show()), 1000);
show();

/** One thing at a time. @param {() => Promise<void>} what */
async function doing(what) {
  busy = true;
  await what().finally(() => void (busy = false));
}

/** The hall's matters, when another edition of the catalogue is in force. */
async function learnHall() {
  const answer = await get(api, "");
  if (answer?.status === 200) hall = cleaned(/** @type {any} */ (answer.body));
}

/** Sends one act and says what came of it; gives the answer, null when it was not done.
 * @param {string} path @param {unknown} body @param {string} [said] the act whose sentence is said
 * @returns {Promise<any>} */
async function send(path, body, said) {
  if (!up) return void tell(say("console.why.link"), "no");
  const outcome = await act(`${api}/${path}`, body);
  if (!("done" in outcome)) return void tell(whyNot(outcome), "no");
  const { done } = outcome;
  if (said) tell(say(`console.did.${said}`, { number: "", ahead: 0, window: 0, ...done, what: done.detail ?? "" }));
  return done;
}

/** @param {string} letter */
async function issue(letter) {
  const offer = work?.categories.find((each) => each.category === letter);
  if (!offer) return;
  if (!offer.open) return tell(named(offer.why), "no");
  const body = await wish(hall, offer, config.lang);
  if (body === null) return;
  const receipt = await send("tickets", body);
  if (!receipt) return;
  tell(say("staff.did_take", { number: receipt.number, n: receipt.ahead }));
  let print = false;
  await hand(receipt, () => {
    print = true;
    part(document, "[data-do=back]").click();
  });
  if (print) await reprint(receipt.number);
}

/** @param {string} what @param {string} id */
async function rowAct(what, id) {
  if (what === "came") {
    if (await send(`help/${encodeURIComponent(id)}/came`, {})) tell(say("staff.did_come"));
  } else await send(`tickets/${id}/${what}`, {}, what);
  show();
}

/** A ticket by its number, and what can be done to it. */
async function find() {
  const typed = await number(say("staff.find_ticket"), say("staff.find_about"), hall.categories.map((/** @type {any} */ each) => each.code));
  if (typed === null) return;
  const answer = await get(`${api}/numbers/${encodeURIComponent(typed.toUpperCase())}`, "");
  if (answer === null) return tell(say("console.refused.unreachable"), "no");
  if (answer.status !== 200) return tell(whyNot({ refused: problem(answer) }), "no");
  /** @type {Ticket} */
  const ticket = cleaned(/** @type {any} */ (answer.body));
  const choices = actsFor(ticket.state).map((each) => ({ value: each, label: say(`console.act.${each}`) }));
  const picked = await pick(ticket.number, choices, about(ticket));
  if (picked !== null) await onTicket(picked, ticket);
}

/** @param {Ticket} ticket */
function about(ticket) {
  const told = [category(hall, ticket.category), say(`console.class.${ticket.cls}`) + (ticket.kind ? ` ${nameOf(hall.kinds, ticket.kind)}` : "")];
  told.push(say(`staff.state_${ticket.state}`));
  if (ticket.ahead !== null) told.push(say("staff.ahead", { n: ticket.ahead }));
  if (ticket.window) told.push(say("console.head.window", { window: ticket.window }));
  told.push(say("console.present.waited", { n: minutes(live.now - ticket.taken_at) }));
  return told.join("  ");
}

/** @param {string} what @param {Ticket} ticket */
async function onTicket(what, ticket) {
  if (what === "reprint") return reprint(ticket.number);
  if (what === "class") {
    const body = await classWanted(ask, ticket, hall.kinds);
    if (body) await send(`tickets/${ticket.id}/class`, body, "class");
  } else if (what === "cancel") {
    const reason = await reasonFor(ask, say("console.title.cancel", { number: ticket.number }), "cancel", say("console.pick.cancel"));
    if (reason !== null) await send(`tickets/${ticket.id}/cancel`, { reason }, "cancel");
  } else if (what === "transfer") {
    const others = hall.categories.filter((/** @type {any} */ each) => each.code !== ticket.category);
    const to = await pick(say("console.title.transfer", { number: ticket.number }), labelled(others));
    if (to !== null) await send(`tickets/${ticket.id}/transfer`, { category: to }, "transfer");
  } else await send(`tickets/${ticket.id}/${what}`, {}, what);
}

/** @param {string} of whose slip comes out once more */
async function reprint(of) {
  const request = await onceMore(ask, of, `numbers/${encodeURIComponent(of)}/reprint`);
  if (request) await send(request.path, request.body, "reprint");
}

// --- what is shown --------------------------------------------------------------------------

/** @param {unknown} [_changed] what has just been set, for one-line callers */
function show(_changed) {
  const now = live?.now ?? Date.now();
  paintLink(up, work !== null);
  write(part(document, "[data-clock]"), live?.clock() ?? "");
  if (work === null) return;
  const urgent = work.troubles[0] ?? work.notices[0];
  part(document, "[data-strip]").hidden = !urgent;
  part(document, "[data-strip]").classList.toggle("warn", work.troubles.length > 0);
  if (urgent) write(part(document, "[data-strip]"), named(urgent));
  tiles(work);
  rows("help", helpRows(work.help, now), say("staff.no_help"));
  rows("sought", soughtRows(work.sought, now), say("staff.nobody_sought"));
  rows("return", returnRows(hall, work, now), say("console.empty.aside"));
}
