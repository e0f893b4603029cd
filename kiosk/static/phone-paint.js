/**
 * Shows a ticket's place in the page, in the holder's language. Painting twice changes nothing.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./phone-place.js").Place} Place
 * @typedef {import("./phone-place.js").Hall & {hall: Text, rules: Text[]}} Hall
 * @typedef {{lang: string, place: Place | null, note: Text | null, said: Text | null, lost: number,
 *   old: {at: number | null} | null, busy: boolean, rated: boolean, sound: boolean}} Shown `lost` is the status with which the
 *   server said no, 0 while it did not; `old` the time of the data while they are old
 */

import { clockTime, inLanguage, say, tag, write } from "./kiosk-words.js";
import { cancellable, told, windowsOf } from "./phone-place.js";
import { paintWishes } from "./phone-rating.js";
import { Signal } from "./phone-signal.js";

/** What a page without a ticket does not show. */
const OF_A_TICKET = ["[data-window]", "[data-where]", "[data-note]", "[data-facts]", "[data-do=return]", "[data-do=sound]",
  "[data-do=cancel]", "[data-pass]", "[data-do=ready]", "[data-rate]"];

/** @param {HTMLElement} root @param {Hall} hall @param {Shown} shown */
export function paint(root, hall, shown) {
  const { lang, place } = shown;
  document.documentElement.lang = tag(lang);
  for (const key of root.querySelectorAll("[data-lang]")) {
    key.setAttribute("aria-pressed", String(key.getAttribute("data-lang") === lang));
  }
  for (const element of root.querySelectorAll("[data-say]")) {
    write(element, say(hall.words, element.getAttribute("data-say") ?? ""), lang, []);
  }
  put(root, "[data-hall]", hall.hall, lang);
  paintAge(root, hall, shown);
  if (shown.lost) paintLost(root, hall, shown);
  else if (place) paintPlace(root, hall, shown, place);
  put(root, "[data-said]", shown.said, lang);
}

/** How old the data are: a quiet line while they are fresh, a strip once they are not.
 * @param {HTMLElement} root @param {Hall} hall @param {Shown} shown */
function paintAge(root, { words, timezone }, { lang, place, lost, old }) {
  const at = old?.at ?? null;
  const strip = at === null ? say(words, "phone.never") : say(words, "phone.stale", { time: clockTime(at, timezone, true) });
  put(root, "[data-strip]", old && !lost ? strip : null, lang);
  root.toggleAttribute("data-old", old !== null);
  const fresh = place !== null && !old && !lost;
  put(root, "[data-at]", fresh ? say(words, "phone.data_at", { time: clockTime(place.data_at, timezone, true) }) : null, lang);
}

/** @param {HTMLElement} root @param {Hall} hall @param {Shown} shown */
function paintLost(root, { words, hall }, { lang, lost }) {
  root.dataset.state = "lost";
  part(root, "[data-number]").textContent = "";
  put(root, "[data-category]", null, lang);
  put(root, "[data-headline]", say(words, lost === 404 ? "phone.lost_ticket" : "phone.lost_secret"), lang);
  lines(root, "[data-why]", [say(words, "phone.lost_do")], lang);
  for (const selector of OF_A_TICKET) part(root, selector).hidden = true;
  document.title = inLanguage(hall, lang);
}

/** @param {HTMLElement} root @param {Hall} hall @param {Shown} shown @param {Place} place */
function paintPlace(root, hall, shown, place) {
  const { lang, note } = shown;
  const { headline, why, where, window } = told(hall, place);
  root.dataset.state = place.state;
  part(root, "[data-number]").textContent = place.number;
  put(root, "[data-category]", place.category_name, lang);
  put(root, "[data-headline]", headline, lang);
  lines(root, "[data-why]", why, lang);
  put(root, "[data-where]", where, lang);
  put(root, "[data-note]", note, lang);
  part(root, "[data-window]").hidden = window === null;
  part(root, "[data-window-number]").textContent = String(window ?? "");
  put(root, "[data-windows]", windowsOf(hall, place), lang);
  lines(root, "[data-rules]", hall.rules, lang);
  part(root, "[data-facts]").hidden = ["ended", "missed", "serving"].includes(place.state);
  put(root, "[data-cancel-sure]", say(hall.words, "phone.cancel_sure", { number: place.number }), lang);
  document.title = `${place.number} · ${inLanguage(headline, lang)}`;
  paintActs(root, hall, shown, place);
  paintWishes(root, hall, shown, place);
}

/** @param {HTMLElement} root @param {Hall} hall @param {Shown} shown @param {Place} place */
function paintActs(root, { words }, { lang, busy, sound }, place) {
  part(root, "[data-do=return]").hidden = place.state !== "missed";
  part(root, "[data-do=cancel]").hidden = !cancellable(place);
  const bell = part(root, "[data-do=sound]");
  bell.hidden = place.state === "ended" || !Signal.possible();
  bell.setAttribute("aria-pressed", String(sound));
  put(root, "[data-do=sound] span", say(words, sound ? "phone.sound_on" : "phone.sound"), lang);
  for (const key of root.querySelectorAll("[data-do=return], [data-do=cancel]")) key.toggleAttribute("disabled", busy);
}

/** @param {HTMLElement} root @param {string} selector @returns {HTMLElement} */
export function part(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @param {HTMLElement} root @param {string} selector @param {Text | null} text null hides it @param {string} lang */
function put(root, selector, text, lang) {
  const element = part(root, selector);
  element.hidden = text === null;
  if (text !== null) write(element, text, lang, []);
}

/** @param {HTMLElement} root @param {string} selector @param {readonly Text[]} texts @param {string} lang */
function lines(root, selector, texts, lang) {
  const parent = part(root, selector);
  parent.hidden = texts.length === 0;
  while (parent.children.length > texts.length) parent.lastElementChild?.remove();
  while (parent.children.length < texts.length) parent.append(document.createElement("span"));
  texts.forEach((text, place) => write(parent.children[place], text, lang, []));
}
