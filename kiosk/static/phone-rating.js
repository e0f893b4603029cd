/**
 * What a holder may ask for besides coming and going: to let others pass, and to say how the service was.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./phone-place.js").Hall} Hall
 * @typedef {import("./phone-place.js").Place} Place
 * @typedef {{path: string, body: Record<string, string>, done: Text | null}} Wish
 */

import { say, write } from "./kiosk-words.js";

const MINUTE = 60_000;

/** What a touched key asks of the hall, null for a key that is none of these.
 * @param {Hall} hall @param {DOMStringMap} key @returns {Wish | null} */
export function wish({ words }, key) {
  if (key.do === "let-pass") return { path: "let-pass", body: {}, done: null };
  if (key.do === "ready") return { path: "ready", body: {}, done: say(words, "phone.ready_done") };
  if (key.do === "rate") return { path: "rate", body: { level: key.level ?? "" }, done: say(words, "phone.rate_thanks") };
  return null;
}

/** @param {Place} place @param {boolean} rated the holder has just rated it here */
export function asksForRating(place, rated) {
  return place.may_rate && !rated;
}

/** @param {HTMLElement} root @param {Hall} hall @param {{lang: string, busy: boolean, rated: boolean}} shown @param {Place | null} place */
export function paintWishes(root, { words }, { lang, busy, rated }, place) {
  const may = place?.may_pass ?? 0;
  show(root, "[data-pass]", may > 0);
  show(root, "[data-do=ready]", Boolean(place?.passing_until));
  show(root, "[data-rate]", place !== null && asksForRating(place, rated));
  const minutes = root.querySelector("[data-do=let-pass] span");
  if (minutes) write(minutes, say(words, "phone.let_pass", { minutes: Math.round(may / MINUTE) }), lang, []);
  for (const key of root.querySelectorAll("[data-pass] button, [data-do=ready], [data-rate] button")) {
    key.toggleAttribute("disabled", busy);
  }
}

/** @param {HTMLElement} root @param {string} selector @param {boolean} shown */
function show(root, selector, shown) {
  root.querySelector(selector)?.toggleAttribute("hidden", !shown);
}
