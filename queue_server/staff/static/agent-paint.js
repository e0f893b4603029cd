/**
 * Draws an agent's page from one scene.
 *
 * @typedef {import("./agent-scene.js").Scene} Scene
 * @typedef {import("./agent-scene.js").AgentTicket} AgentTicket
 * @typedef {import("./staff-listed.js").Listed} Listed
 */

import { listed, marked } from "./agent-scene.js";
import { read } from "./staff-dialog.js";
import { paintLink } from "./staff-live.js";
import { hallClock, made, part, redraw, write } from "./staff-page.js";
import { picture } from "./staff-qr.js";
import { named, person, say } from "./staff-words.js";
import { category } from "./window-scene.js";

/** People ahead from whom on an agent should be near the window. */
const SOON = 3;

/** @param {Scene} scene @param {Listed} desk @param {string} clock */
export function paint(scene, desk, clock) {
  paintLink(scene.up, scene.view !== null);
  write(part(document, "[data-clock]"), clock);
  paintStrip(scene);
  const tickets = listed(scene);
  write(part(document, "[data-tickets-title]"), say("console.panel.agent_tickets", { n: tickets.length }));
  const lines = tickets.map((each) => ({ id: each.ticket, name: each.end ? "over" : each.state, cells: cells(scene, each) }));
  desk.paintLines(part(document, "[data-tickets]"), lines, scene.view !== null);
  paintTicket(scene);
  desk.paintKeys();
}

/** Who is called, who soon will be, or how many tickets may still be taken. @param {Scene} scene */
function paintStrip({ view, up, may }) {
  const strip = part(document, "[data-strip]");
  strip.hidden = view === null || !up;
  if (view === null) return;
  const called = view.tickets.filter((each) => each.state === "called");
  const told = called.map((each) => say("console.agent.called", { number: each.number, window: each.window ?? 0 }));
  const soon = view.tickets.filter((each) => each.ahead !== null && each.ahead < SOON);
  if (soon.length) told.push(say("console.agent.soon", { numbers: soon.map((each) => each.number).join(" ") }));
  strip.classList.toggle("warn", called.length > 0);
  const room = may.includes("agent_take") ? say("console.agent.room", { held: view.held, limit: view.limit }) : "";
  write(strip, told.join("   ") || room || say("console.panel.agent_tickets", { n: view.tickets.length }));
}

/** @param {AgentTicket} ticket */
function stage({ end, state }) {
  return say(end ? `console.end.${end}` : `console.ticket.${state}`);
}

/** @param {AgentTicket} ticket */
function where({ window, end, ahead }) {
  if (window && !end) return say("console.agent.at", { window });
  return ahead === null ? "" : say("console.agent.ahead", { n: ahead });
}

/** @param {Scene} scene @param {AgentTicket} ticket */
function cells({ hall }, ticket) {
  return [ticket.number, ticket.principal, stage(ticket), where(ticket), category(hall, ticket.category)];
}

/** The marked ticket whole. @param {Scene} scene */
function paintTicket(scene) {
  const ticket = marked(scene);
  part(document, "[data-ticket]").hidden = ticket === null;
  if (ticket === null) return;
  write(part(document, "[data-ticket-number]"), ticket.number);
  write(part(document, "[data-ticket-for]"), ticket.principal);
  redraw(part(document, "[data-ticket-told]"), told(scene, ticket), (text) => made("li", "", text));
}

/** @param {Scene} scene @param {AgentTicket} ticket */
function told({ hall, may }, ticket) {
  const matters = ticket.matters.map((id) => named(hall.matters.find((each) => each.id === id)?.name) || id);
  const lines = [stage(ticket), where(ticket), category(hall, ticket.category), ...matters];
  if (ticket.expected) {
    const [first, last] = ticket.expected.map((at) => hallClock(at));
    lines.splice(2, 0, say("staff.agent_expected", { first, last }));
  }
  lines.push(say("staff.agent_taken", { time: hallClock(ticket.taken_at) }));
  if (!may.includes("agent_take")) lines.push(say("staff.agent_by", { who: person(ticket.agent) }));
  return lines.filter(Boolean);
}

/** Where a ticket can be followed on a phone: as a picture to be read by one, and as a link. @param {AgentTicket} ticket */
export async function phone(ticket) {
  const card = made("div", "phone-card");
  const link = /** @type {HTMLAnchorElement} */ (made("a", "button", say("staff.agent_open")));
  Object.assign(link, { href: ticket.phone, target: "_blank", rel: "noopener" });
  let open = true;
  card.append(picture(ticket.phone, say("staff.qr"), () => open), link);
  await read(`${ticket.number}  ${ticket.principal}`, [card]);
  open = false;
}
