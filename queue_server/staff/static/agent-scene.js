/**
 * What an agent's page (全程代办) knows at one moment.
 *
 * @typedef {{ticket: string, number: string, agent: string, principal: string, category: string, matters: string[],
 *   state: string, end: string, ahead: number | null, window: number | null, taken_at: number, phone: string,
 *   expected: [number, number] | null}} AgentTicket
 * @typedef {{tickets: AgentTicket[], held: number, limit: number, seq: number, data_at: number}} AgentTickets
 * @typedef {{hall: import("./window-scene.js").Hall, may: string[], view: AgentTickets | null, at: string, up: boolean,
 *   now: number}} Scene `may` are the acts that whoever looks has the right to; `at` is the marked ticket
 */

/** The day's tickets, those of which something may still come first. @param {Scene} scene */
export function listed({ view }) {
  return [...(view?.tickets ?? [])].sort((a, b) => Number(a.end !== "") - Number(b.end !== ""));
}

/** The marked ticket: the first until one was marked. @param {Scene} scene @returns {AgentTicket | null} */
export function marked(scene) {
  const tickets = listed(scene);
  return tickets.find((each) => each.ticket === scene.at) ?? tickets[0] ?? null;
}
