/**
 * What a kiosk asks of the server besides a ticket, each under one key until it has been decided.
 *
 * @typedef {import("./kiosk-ways.js").Kind} Kind
 * @typedef {import("./kiosk-ways.js").Held} Held
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./phone-place.js").Place} Place
 * @typedef {{path: string, token: string, body: Record<string, unknown> | null}} Request one without a body only asks
 */

import { deviceToken, get, post } from "./kiosk-network.js";
import { untilDecided } from "./kiosk-taking.js";
import { say } from "./kiosk-words.js";

/** @param {string} hall @param {Kind} kind @param {State} state
 * @param {{card: string, slip: Held | null}} read what a reader has just read: a card's number, a slip
 * @returns {Request} */
export function requestOf(hall, kind, state, read) {
  const base = `/api/halls/${encodeURIComponent(hall)}`;
  const device = deviceToken() ?? "";
  const language = state.lang;
  const ticket = `${base}/tickets/${state.held?.ticket ?? ""}`;
  const holder = `${state.held?.ticket ?? ""}.${state.held?.secret ?? ""}`;
  switch (kind) {
    case "claim":
      return { path: `${base}/claims`, token: device, body: { number: state.number, code: state.code } };
    case "receipt":
      return { path: `${base}/receipts`, token: device, body: { number: state.number.trim(), code: state.code.trim().toUpperCase() } };
    case "open":
      return placeRequest(hall, /** @type {Held} */ (read.slip), 0);
    case "person":
      return { path: `${base}/persons`, token: device, body: { number: read.card } };
    case "help":
      return { path: `${base}/help`, token: device, body: { language } };
    case "checklist":
      return { path: `${base}/checklists`, token: device, body: { matters: [state.guide], language } };
    case "transfer":
      return { path: `${ticket}/transfer`, token: holder, body: { category: state.category } };
    case "reprint":
      return { path: `${ticket}/reprint`, token: device, body: { code: state.held?.code ?? "" } };
    default:
      return { path: `${ticket}/${kind}`, token: holder, body: {} };
  }
}

/**
 * @param {Request} request @param {string} key
 * @param {{wanted: () => boolean, link: (up: boolean) => void}} ways
 */
export function run(request, key, ways) {
  const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));
  const whole = (/** @type {unknown} */ body) => typeof body === "object" && body !== null;
  const { path, token, body } = request;
  return untilDecided(() => (body ? post(path, token, body, key) : get(path, token)), { ...ways, pause, whole });
}

/** Whether papers are owed and whoever accepted the case sits at a window now: then the visitor may choose.
 * @param {{ready: number, owing: number, clerk: boolean}} receipt */
export function asksForClerk({ ready, owing, clerk }) {
  return clerk && owing > 0 && ready === 0;
}

/** What the visitor is told when it has been done.
 * @param {import("./kiosk-words.js").Words} words @param {Kind} kind @param {unknown} body @returns {Text | null} */
export function doneText(words, kind, body) {
  const paper = /** @type {{paper?: string}} */ (body ?? {}).paper;
  switch (kind) {
    case "help":
      return say(words, "kiosk.staff_told");
    case "checklist":
      return say(words, paper === "printed" || paper === "unconfirmed" ? "kiosk.list_printed" : "kiosk.list_failed");
    case "return":
      return say(words, "phone.back_done");
    case "transfer":
      return say(words, "kiosk.moved");
    case "reprint":
      return say(words, "kiosk.reprinting");
    default:
      return null;
  }
}

/** @param {string} hall @param {Held} held @param {number} atLeast @returns {Request} */
function placeRequest(hall, { ticket, secret }, atLeast) {
  const path = `/api/halls/${encodeURIComponent(hall)}/tickets/${encodeURIComponent(ticket)}/place?at_least=${atLeast}`;
  return { path, token: `${ticket}.${secret}`, body: null };
}

/** @param {string} hall @param {Held} held @param {number} atLeast @returns {Promise<Place | null>} */
export async function placeOf(hall, held, atLeast) {
  const { path, token } = placeRequest(hall, held, atLeast);
  const answer = await get(path, token);
  return answer?.status === 200 ? /** @type {Place} */ (answer.body) : null;
}

/** A slip's QR code, a booking's, a receipt's, or a card's number: what a reader has read. @param {string} text
 * @returns {{held: Held} | {booking: string} | {card: string} | {receipt: {number: string, code: string}} | null} */
export function readCode(text) {
  const receipt = /[#.](\d{8}-\d{4,})\.([0-9A-Z]{6})$/.exec(text.trim());
  if (receipt) return { receipt: { number: receipt[1], code: receipt[2] } };
  const found = /\/t\/[^/]+\/([^/#?]+)#(\w+)$/.exec(text.trim());
  if (found) return { held: { ticket: found[1], secret: found[2], place: null } };
  if (/^[1-9]\d{16}[\dX]$/i.test(text.trim())) return { card: text.trim().toUpperCase() };
  const booking = /^[2-9A-HJ-NP-Z]{7}$/i.exec(text.trim());
  return booking ? { booking: booking[0].toUpperCase() } : null;
}
