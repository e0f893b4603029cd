/**
 * What an agent can do, by which key, and why not just now: the same answers as the console's
 * (`queue_server/console/agent_desk.py`; one table of both is in tests/console/golden/agent-acts.json).
 *
 * @typedef {import("./agent-scene.js").Scene} Scene
 * @typedef {import("./window-acts.js").Why} Why
 */

import { marked } from "./agent-scene.js";

/** @type {Record<string, string>} */
export const KEYS = { agent_take: "F2", agent_phone: "F3", agent_cancel: "F4" };

/** @type {string[]} */
export const MORE = [];

const OPEN = ["waiting", "called", "missed", "parked"];

/** @param {string} act @param {Scene} scene @returns {Why | null} why an act cannot be done now */
export function whyNot(act, scene) {
  if (act === "find") return null;
  if (!scene.up || scene.view === null) return { code: "link" };
  const { held, limit } = scene.view;
  if (act === "agent_take") return held >= limit ? { code: "agent_full", values: { limit } } : null;
  const ticket = marked(scene);
  if (ticket === null) return { code: "no_ticket" };
  if (act === "agent_phone" || OPEN.includes(ticket.state)) return null;
  return { code: ticket.end ? "ticket_over" : "started", values: { number: ticket.number } };
}

/** No key here means another thing at another moment. @param {string} act */
export function meaning(act) {
  return act;
}

/** Whether whoever looks has the right to an act at all. @param {string} act @param {Scene} scene */
export function mayDo(act, { may }) {
  return act === "find" || may.includes(act);
}
