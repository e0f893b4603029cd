/**
 * What stands around the steps: the clock, the strip that says that data are old, the warning of an idle kiosk.
 *
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 */

import { part } from "./kiosk-parts.js";
import { clockTime, say, write } from "./kiosk-words.js";

/** @param {HTMLElement} root @param {Hall} hall @param {string} lang
 * @param {number | null} at time (ms) of the newest data when they are old, null when they are not */
export function paintStrip(root, hall, lang, at) {
  const strip = part(root, "[data-strip]");
  strip.hidden = at === null;
  if (at === null) return;
  write(strip, say(hall.words, "kiosk.stale", { time: clockTime(at, hall.menu.timezone, true) }), lang, []);
}

/** @param {HTMLElement} root @param {Hall} hall @param {string} lang
 * @param {number | null} left seconds until the page is wiped, null while it is not to be */
export function paintIdle(root, hall, lang, left) {
  const cover = part(root, "[data-cover=idle]");
  cover.hidden = left === null;
  write(part(cover, "[data-idle-left]"), say(hall.words, "kiosk.idle_left", { n: left ?? 0 }), lang, []);
}

/** @param {HTMLElement} root @param {Hall} hall @param {string} lang
 * @param {number | null} left seconds until a number that is on no paper is wiped, null while there are enough */
export function paintNumberLeft(root, hall, lang, left) {
  const told = part(root, "[data-number-left]");
  told.hidden = left === null;
  write(told, say(hall.words, "kiosk.idle_left", { n: left ?? 0 }), lang, []);
}

/** @param {HTMLElement} root @param {Hall} hall @param {number} now the server's time (ms) */
export function paintClock(root, hall, now) {
  const time = clockTime(now, hall.menu.timezone);
  const clock = part(root, "[data-clock]");
  if (clock.textContent !== time) clock.textContent = time;
}
