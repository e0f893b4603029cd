/**
 * Shows a state in the page: which step, in which language, with the hall's newest menu.
 * Painting twice changes nothing.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Menu} Menu
 * @typedef {import("./kiosk-state.js").Choice} Choice
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {{menu: Menu, words: import("./kiosk-words.js").Words, paired: string[],
 *   known?: boolean}} Hall `known` is false while the server does not know this machine
 */

import { paintMatters, paintTiles } from "./kiosk-menu.js";
import { part } from "./kiosk-parts.js";
import { paintTicket } from "./kiosk-ticket.js";
import { inLanguage, say, tag, write } from "./kiosk-words.js";

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paint(root, hall, state) {
  const { lang } = state;
  document.documentElement.lang = tag(lang);
  document.documentElement.dataset.contrast = state.contrast ? "high" : "usual";
  document.documentElement.dataset.type = state.large ? "large" : "usual";
  for (const element of root.querySelectorAll("[data-say]")) {
    const key = element.getAttribute("data-say") ?? "";
    write(element, say(hall.words, key), lang, hall.paired);
  }
  for (const group of root.querySelectorAll("[data-label]")) {
    group.setAttribute("aria-label", inLanguage(say(hall.words, group.getAttribute("data-label") ?? ""), lang));
  }
  root.dataset.step = state.step;
  for (const step of root.querySelectorAll(".step")) {
    if (step instanceof HTMLElement) step.hidden = step.dataset.step !== state.step;
  }
  const choice = hall.menu.choices.find((one) => one.category === state.category);
  paintTop(root, hall, state, choice);
  paintDock(root, state);
  paintTiles(root, hall, lang);
  if (state.step === "category") paintMatters(root, hall, state, choice);
  paintTicket(root, hall, state);
  paintCovers(root, hall, state);
}

/** @param {HTMLElement} root @param {Hall} hall @param {State} state @param {Choice | undefined} choice */
function paintTop(root, hall, state, choice) {
  const { menu, words, paired } = hall;
  write(part(root, "[data-hall-name]"), menu.hall, state.lang, []);
  const title = state.step === "start" || !choice ? say(words, "kiosk.choose") : choice.name;
  write(part(root, "[data-title]"), state.step === "ticket" && state.receipt ? state.receipt.category_name : title, state.lang, paired);
  const notice = part(root, "[data-notice]");
  const newest = menu.notices.at(-1);
  notice.hidden = newest === undefined;
  if (newest) write(notice, newest, state.lang, []);
}

/** @param {HTMLElement} root @param {State} state */
function paintDock(root, state) {
  part(root, ".key.back").hidden = state.step !== "category";
  for (const key of root.querySelectorAll("[data-do=language]")) {
    key.setAttribute("aria-pressed", String(key.getAttribute("data-lang") === state.lang));
  }
  part(root, "[data-do=large]").setAttribute("aria-pressed", String(state.large));
  part(root, "[data-do=contrast]").setAttribute("aria-pressed", String(state.contrast));
}

const COVERS = ["link", "problem", "unknown"];

/** What lies over the step, "" for nothing. A ticket that was issued is always shown.
 * @param {Hall} hall @param {State} state */
function coverOf(hall, state) {
  if (hall.known === false && state.receipt === null) return "unknown";
  if (state.problem) return "problem";
  return state.taking !== null && !state.taking.link ? "link" : "";
}

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
function paintCovers(root, hall, state) {
  const waiting = state.taking !== null;
  root.toggleAttribute("data-taking", waiting);
  for (const button of root.querySelectorAll("[data-do=take]")) {
    const mine = waiting && button.getAttribute("data-cls") === state.taking?.wish.cls;
    button.setAttribute("aria-busy", String(mine));
  }
  const cover = coverOf(hall, state);
  for (const name of COVERS) part(root, `[data-cover=${name}]`).hidden = cover !== name;
  for (const step of root.querySelectorAll(".step")) step.toggleAttribute("inert", cover !== "");
  root.dataset.covered = cover;
  if (!state.problem) return;
  const said = state.problem.sentence.zh ? state.problem.sentence : say(hall.words, "kiosk.refused");
  write(part(root, "[data-problem]"), said, state.lang, hall.paired);
}
