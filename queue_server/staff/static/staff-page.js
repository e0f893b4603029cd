/** What every page of the staff does: its configuration and words, what was said last, and signing out. */

import { newKey, post } from "./network.js";
import { cleaned, speak } from "./staff-words.js";

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

/** Whoever signs out does not come back here by signing in. */
export const leaving = { now: false };

/** @param {string} [back] where whoever signs in next goes on */
export async function signOut(back = "") {
  leaving.now = true;
  await post(`${api}/sign-out`, "", {}, newKey());
  location.assign(`${home}/sign-in${back && `?to=${encodeURIComponent(back)}`}`);
}
