/**
 * Requests of a kiosk or a phone to the server, and the device token that vouches for a kiosk.
 *
 * @typedef {import("./kiosk-state.js").Wish} Wish
 * @typedef {import("./kiosk-taking.js").Answer} Answer
 */

import { get, newKey, post } from "./network.js";

export { get, newKey, post };

const TOKEN = "yichuang.kiosk.token";
const SIMULATED = "yichuang.kiosk.simulated";

/**
 * The device token comes once in the address's fragment, which no server sees; it is kept
 * here and removed there.
 * @returns {string | undefined}
 */
export function deviceToken() {
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get("token");
  if (token) localStorage.setItem(TOKEN, token);
  if (given.has("simulated")) localStorage.setItem(SIMULATED, "yes");
  if (location.hash) history.replaceState(null, "", location.pathname);
  return localStorage.getItem(TOKEN) ?? undefined;
}

/** @returns {boolean} whether this machine was set up without readers, to play them */
export function simulated() {
  return localStorage.getItem(SIMULATED) !== null;
}

/**
 * @param {string} hall @param {Wish} wish @param {string} key
 * @returns {Promise<Answer | null>} null when nobody answered within the deadline
 */
export function postTicket(hall, wish, key) {
  const place = "number" in wish ? "pick-ups" : "code" in wish ? "check-ins" : "tickets";
  return post(`/api/halls/${encodeURIComponent(hall)}/${place}`, deviceToken() ?? "", wish, key);
}
