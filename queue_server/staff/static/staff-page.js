/** What every page of the staff does: its configuration and words, what was said last, and signing out. */

import { get, newKey, post } from "./network.js";
import { cleaned, say, speak } from "./staff-words.js";

/** How long (ms) what was said stands. */
const SAID_FOR = 12_000;

/** @type {any} */
export const config = cleaned(JSON.parse(document.getElementById("page-config")?.textContent ?? "{}"));
speak(config.words, config.lang);

/** Where the hall's API is. */
export const api = `/api/halls/${encodeURIComponent(config.hall.id)}`;
export const home = `/staff/${encodeURIComponent(config.hall.id)}`;

/** @template {HTMLElement} [T=HTMLElement] @param {ParentNode} within @param {string} selector @returns {T} */
export function part(within, selector) {
  const found = within.querySelector(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return /** @type {T} */ (/** @type {unknown} */ (found));
}

/** Writes only what changes, so that nothing is read aloud twice. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {string} tag @param {string} [name] its class @param {string} [text] */
export function made(tag, name = "", text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}

/** @template T @param {HTMLElement} list @param {T[]} items @param {(item: T) => HTMLElement} make drawn anew only when one differs */
export function redraw(list, items, make) {
  const key = JSON.stringify(items);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(...items.map(make));
}

let quiet = 0;

/** Says what came of an act: shown, and read aloud. @param {string} text @param {"well" | "no" | "busy"} [how] */
export function tell(text, how = "well") {
  const place = part(document, "[data-said]");
  place.dataset.how = how;
  place.textContent = text;
  quiet = performance.now() + SAID_FOR;
}

/** What was said long ago is not said any more. */
export function hush() {
  if (quiet && performance.now() > quiet) {
    quiet = 0;
    part(document, "[data-said]").textContent = "";
  }
}

/** What the hall answers to a question; null, and it is said, when it does not. @param {string} path @returns {Promise<any>} */
export async function learn(path) {
  const answer = await get(`${api}/${path}`, "");
  if (answer?.status === 200) return cleaned(/** @type {any} */ (answer.body));
  tell(say("console.refused.unreachable"), "no");
  return null;
}

/** A time of day in the hall. @param {number} at ms @param {boolean} [exact] with seconds */
export function hallClock(at, exact = false) {
  /** @type {Intl.DateTimeFormatOptions} */
  const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: config.hall.timezone };
  return new Intl.DateTimeFormat("zh-CN", exact ? { ...shape, second: "2-digit" } : shape).format(at);
}

/** Whoever signs out does not come back here by signing in. */
export const leaving = { now: false };

/** @param {string} [back] where whoever signs in next goes on */
export async function signOut(back = "") {
  leaving.now = true;
  await post(`${api}/sign-out`, "", {}, newKey());
  location.assign(`${home}/sign-in${back && `?to=${encodeURIComponent(back)}`}`);
}

/** Somebody whose session has ended signs in anew, and comes back here. */
export function signInAgain() {
  if (!leaving.now) location.replace(`${home}/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
}
