/**
 * What an agent is asked before an act, and the request that comes of it: as the console asks
 * (`queue_server/console/agent_flows.py`).
 *
 * @typedef {import("./agent-scene.js").Scene} Scene
 * @typedef {import("./agent-scene.js").AgentTicket} AgentTicket
 * @typedef {import("./window-flows.js").Request} Request
 * @typedef {import("./window-picks.js").Choice} Choice
 * @typedef {{principal: string, category: string, matters?: string[]}} Errand
 * @typedef {object} Ask an agent, as a flow sees one; null when they go back
 * @property {() => Scene} scene
 * @property {(title: string, choices: Choice[], about?: string) => Promise<string | null>} pick
 * @property {(title: string, about: string) => Promise<string | null>} shelf
 */

import { labelled } from "./window-picks.js";
import { category } from "./window-scene.js";
import { named, say } from "./staff-words.js";

/** Principal after principal until all are named. @param {Ask} ask @returns {Promise<Request | null>} */
export async function take(ask) {
  const { hall, view } = ask.scene();
  const room = view ? view.limit - view.held : 0;
  /** @type {Errand[]} */
  const errands = [];
  while (errands.length < room) {
    const errand = await wish(ask, errands.length);
    if (errand === null) return null;
    errands.push(errand);
    const about = errands.map((each) => `${each.principal} ${category(hall, each.category)}`).join("  ");
    const ends = [{ value: "take", label: say("console.pick.agent_now", { n: errands.length }) }];
    if (errands.length < room) ends.push({ value: "next", label: say("console.pick.agent_next") });
    const picked = await ask.pick(say("console.title.agent_take"), ends, about);
    if (picked === null) return null;
    if (picked === "take") break;
  }
  return errands.length ? { act: "agent_take", path: "agent-tickets", body: { errands } } : null;
}

/** One principal's wish: the reference, the category, the matter if it is known.
 * @param {Ask} ask @param {number} known how many are named already @returns {Promise<Errand | null>} */
async function wish(ask, known) {
  const { hall } = ask.scene();
  const title = say("console.title.agent_take") + (known ? `  ${known + 1}` : "");
  const principal = await ask.shelf(title, say("console.pick.principal"));
  if (principal === null) return null;
  const letter = await ask.pick(title, labelled(hall.categories), principal);
  if (letter === null) return null;
  const matters = hall.matters.filter((each) => each.category === letter).map((each) => ({ value: each.id, label: named(each.name) }));
  if (!matters.length) return { principal, category: letter };
  const picked = await ask.pick(title, [...matters, { value: "any", label: say("console.pick.no_matter") }], principal);
  if (picked === null) return null;
  return { principal, category: letter, ...(picked === "any" ? {} : { matters: [picked] }) };
}

/** A ticket is given up: its place is lost, so it is asked once more. @param {Ask} ask @param {AgentTicket} ticket @returns {Promise<Request | null>} */
export async function giveUp(ask, ticket) {
  const about = `${ticket.number}  ${ticket.principal}  ${category(ask.scene().hall, ticket.category)}`;
  const choices = [{ value: "no", label: say("console.pick.keep_ticket") }, { value: "yes", label: say("console.pick.give_up") }];
  if ((await ask.pick(say("console.act.agent_cancel"), choices, about)) !== "yes") return null;
  return { act: "agent_cancel", path: `agent-tickets/${ticket.ticket}/cancel`, body: {} };
}
