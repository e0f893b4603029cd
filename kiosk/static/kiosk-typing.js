/**
 * Typing on the screen: a matter's name with results at each key, or a ticket's number and codes.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 * @typedef {import("./kiosk-finding.js").Guide} Guide
 */

import { find } from "./kiosk-finding.js";
import { written } from "./kiosk-hangul.js";
import { matched, part } from "./kiosk-parts.js";
import { inLanguage, say, tag, write } from "./kiosk-words.js";
import { ERASE, SPACE } from "./kiosk-ways.js";

const MOST_SHOWN = 12;
/** No I and O on slips: they are taken for 1 and 0. */
const CODE = [..."1234567890ABCDEFGHJKLMNPQRSTUVWXYZ", ERASE];
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz", SPACE, ERASE];
const JAMO = [..."ㅂㅈㄷㄱㅅㅛㅕㅁㄴㅇㄹㅎㅗㅓㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅑㅏㅐㅔㅒㅖㅣ", SPACE, ERASE];

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paintTyping(root, hall, state) {
  const { lang, way } = state;
  const page = part(root, ".step.typing");
  const finds = way === "find";
  page.dataset.way = way;
  const title = { find: "kiosk.type_query", mine: "kiosk.mine_do", booked: "kiosk.booked_do", "": "kiosk.type_query" }[way];
  part(page, "[data-type-title]").dataset.saying = title;
  write(part(page, "[data-type-title]"), say(hall.words, title), lang, []);
  paintFields(page, hall, state);
  paintKeys(page, hall, lang, finds ? (lang === "ko" ? JAMO : LETTERS) : CODE);
  const query = finds ? written(state.query) : "";
  const found = finds ? find(hall.catalogue?.guides ?? [], query, lang) : [];
  paintResults(page, hall, state, found);
  part(page, ".scroll").hidden = part(page, "[data-found]").hidden = !finds;
  for (const [name, shown] of Object.entries({ mine: way === "mine", booked: way === "booked" })) {
    part(page, `[data-for=${name}]`).hidden = !shown;
  }
}

/** Nothing that a visitor typed stays in the page behind another step. @param {HTMLElement} root */
export function clearTyping(root) {
  const page = part(root, ".step.typing");
  const query = part(page, "[data-query]");
  if (query instanceof HTMLInputElement) query.value = "";
  for (const typed of page.querySelectorAll(".typed, [data-results]")) typed.replaceChildren();
}

/** @param {HTMLElement} page @param {Hall} hall @param {State} state */
function paintFields(page, hall, state) {
  const query = part(page, "[data-query]");
  if (query instanceof HTMLInputElement && query.value !== written(state.query)) query.value = written(state.query);
  query.setAttribute("aria-label", inLanguage(say(hall.words, "kiosk.type_query"), state.lang));
  query.lang = tag(state.lang);
  query.hidden = state.way !== "find";
  for (const field of page.querySelectorAll("[data-do=field]")) {
    if (!(field instanceof HTMLElement)) continue;
    const code = field.dataset.field === "code";
    field.hidden = state.way === "find" || (!code && state.way === "booked");
    field.setAttribute("aria-pressed", String(state.way === "booked" || state.field === field.dataset.field));
    const label = !code ? "kiosk.field_number" : state.way === "booked" ? "kiosk.field_booking" : "kiosk.field_code";
    write(part(field, ".label"), say(hall.words, label), state.lang, []);
    part(field, ".typed").textContent = code ? state.code : state.number;
  }
}

/** @param {HTMLElement} page @param {Hall} hall @param {string} lang @param {string[]} keys */
function paintKeys(page, hall, lang, keys) {
  const board = part(page, "[data-keys]");
  board.dataset.count = String(keys.length);
  board.setAttribute("aria-label", inLanguage(say(hall.words, "kiosk.keys"), lang));
  const buttons = matched(board, keys, "key", "key");
  keys.forEach((key, i) => {
    const label = part(buttons[i], ".label");
    if (key === SPACE) write(label, say(hall.words, "kiosk.space"), lang, []);
    else label.textContent = key === ERASE ? "" : key.toUpperCase();
    buttons[i].querySelector(".icon")?.toggleAttribute("hidden", key !== ERASE);
    if (key === ERASE) buttons[i].setAttribute("aria-label", inLanguage(say(hall.words, "kiosk.erase"), lang));
  });
}

/** @param {HTMLElement} page @param {Hall} hall @param {State} state @param {Guide[]} found */
function paintResults(page, hall, state, found) {
  const shown = found.slice(0, MOST_SHOWN);
  const rows = matched(part(page, "[data-results]"), shown.map((guide) => guide.id), "result", "guide");
  shown.forEach((guide, i) => {
    const choice = hall.menu.choices.find((one) => one.category === guide.category);
    rows[i].dataset.category = guide.category;
    write(part(rows[i], ".name"), guide.name, state.lang, hall.paired);
    const waiting = choice ? say(hall.words, "kiosk.waiting", { n: choice.waiting }) : {};
    write(part(rows[i], ".where"), choice ? both(choice.name, waiting) : { zh: guide.category }, state.lang, []);
  });
  const says = part(page, "[data-found]");
  const key = !state.query.trim() ? "kiosk.find_hint" : found.length ? "kiosk.found" : "kiosk.no_match";
  write(says, say(hall.words, key, key === "kiosk.found" ? { n: shown.length } : {}), state.lang, []);
}

/** @param {import("./kiosk-words.js").Text} one @param {import("./kiosk-words.js").Text} other */
function both(one, other) {
  return Object.fromEntries(Object.keys(one).map((lang) => [lang, `${one[lang]} · ${inLanguage(other, lang)}`]));
}
