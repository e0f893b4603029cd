/**
 * Shows a state in the page: which step, in which language, with the hall's newest menu.
 * Painting twice changes nothing.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Menu} Menu
 * @typedef {import("./kiosk-state.js").Choice} Choice
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {{menu: Menu, words: import("./kiosk-words.js").Words, paired: string[],
 *   known?: boolean, me?: string, catalogue?: import("./kiosk-finding.js").Catalogue | null}} Hall `known` is false
 *   while the server does not know this machine, `me` its id in the hall's plan; `catalogue` are the guides, once
 *   they have come
 */

import { paintCard } from "./kiosk-card.js";
import { paintGuide } from "./kiosk-guide.js";
import { paintHeld } from "./kiosk-held.js";
import { paintMatters, paintTiles } from "./kiosk-menu.js";
import { part } from "./kiosk-parts.js";
import { paintPaper } from "./kiosk-slip.js";
import { paintTicket } from "./kiosk-ticket.js";
import { clearTyping, paintTyping } from "./kiosk-typing.js";
import { paintSure } from "./kiosk-sure.js";
import { erase, inLanguage, say, tag, write } from "./kiosk-words.js";

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paint(root, hall, state) {
  const { lang } = state;
  document.documentElement.lang = tag(lang);
  document.documentElement.dataset.contrast = state.contrast ? "high" : "usual";
  document.documentElement.dataset.type = state.large ? "large" : "usual";
  document.documentElement.dataset.reach = state.low ? "low" : "usual";
  paintSaid(root, hall, lang);
  root.dataset.step = state.step;
  for (const step of root.querySelectorAll(".step")) {
    if (step instanceof HTMLElement) step.hidden = step.dataset.step !== state.step;
  }
  const choice = hall.menu.choices.find((one) => one.category === state.category);
  paintTop(root, hall, state, choice);
  paintDock(root, state);
  paintTiles(root, hall, lang);
  if (state.step === "category") {
    paintMatters(root, hall, state, choice);
    paintGuide(root, hall, state);
  }
  if (state.step === "typing") paintTyping(root, hall, state);
  else clearTyping(root);
  paintHeld(root, hall, state);
  paintTicket(root, hall, state);
  paintPaper(root, hall, state);
  paintCovers(root, hall, state);
}

/** What the page says by itself; the server has written it in the language of `data-said`.
 * @param {HTMLElement} root @param {Hall} hall @param {string} lang */
function paintSaid(root, hall, lang) {
  if (root.dataset.said === lang) return;
  root.dataset.said = lang;
  for (const element of root.querySelectorAll("[data-say]")) {
    const key = element.getAttribute("data-say") ?? "";
    write(element, say(hall.words, key), lang, hall.paired);
  }
  for (const group of root.querySelectorAll("[data-label]")) {
    group.setAttribute("aria-label", inLanguage(say(hall.words, group.getAttribute("data-label") ?? ""), lang));
  }
}

/** @param {HTMLElement} root @param {Hall} hall @param {State} state @param {Choice | undefined} choice */
function paintTop(root, hall, state, choice) {
  const { menu, words, paired } = hall;
  write(part(root, "[data-hall-name]"), menu.hall, state.lang, []);
  const way = state.way === "find" ? "kiosk.find" : state.way === "mine" ? "kiosk.mine" : "kiosk.booked";
  const plain = state.step === "held" ? "kiosk.mine" : state.step === "typing" ? way : "kiosk.choose";
  const title = state.step === "category" && choice ? choice.name : say(words, plain);
  write(part(root, "[data-title]"), state.step === "ticket" && state.receipt ? state.receipt.category_name : title, state.lang, paired);
  const notice = part(root, "[data-notice]");
  const newest = menu.notices.at(-1);
  const moving = part(root, "[data-moving]");
  moving.hidden = !state.moving;
  const number = state.held?.place?.number ?? "";
  write(moving, say(words, "kiosk.moving", { number }), state.lang, []);
  part(root, ".ways").hidden = state.moving;
  notice.hidden = newest === undefined || state.moving;
  if (newest) write(notice, newest, state.lang, []);
}

/** @param {HTMLElement} root @param {State} state */
function paintDock(root, state) {
  part(root, ".key.back").hidden = !(["category", "typing"].includes(state.step) || state.moving);
  for (const key of root.querySelectorAll("[data-do=language]")) {
    key.setAttribute("aria-pressed", String(key.getAttribute("data-lang") === state.lang));
  }
  for (const name of /** @type {const} */ (["large", "contrast", "low", "voice"])) {
    part(root, `[data-do=${name}]`).setAttribute("aria-pressed", String(state[name]));
  }
  for (const key of root.querySelectorAll("[data-do=need]")) {
    key.setAttribute("aria-pressed", String(state.needs.includes(key.getAttribute("data-need") ?? "")));
  }
  const aided = state.contrast || state.low || state.voice || state.needs.length > 0;
  part(root, ".dock [data-sheet=aids]").setAttribute("aria-pressed", String(aided));
  part(root, ".dock [data-kind=help]").setAttribute("aria-busy", String(state.errand?.kind === "help"));
}

const COVERS = ["link", "problem", "unknown", "sure", "card", "staff", "aids"];

/** What lies over the step, "" for nothing. A ticket that was issued is always shown.
 * @param {Hall} hall @param {State} state */
function coverOf(hall, state) {
  if (hall.known === false && state.receipt === null) return "unknown";
  if (state.problem) return "problem";
  if ([state.taking, state.errand].some((one) => one !== null && !one.link)) return "link";
  return state.sure ? "sure" : state.sheet || (state.card ? "card" : "");
}

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
function paintCovers(root, hall, state) {
  const waiting = state.taking !== null;
  root.toggleAttribute("data-taking", waiting);
  for (const button of root.querySelectorAll("[data-do=take]")) {
    const wish = state.taking?.wish;
    const mine = wish !== undefined && "cls" in wish && button.getAttribute("data-cls") === wish.cls;
    button.setAttribute("aria-busy", String(mine));
  }
  const cover = coverOf(hall, state);
  for (const name of COVERS) part(root, `[data-cover=${name}]`).hidden = cover !== name;
  for (const step of root.querySelectorAll(".step")) step.toggleAttribute("inert", cover !== "");
  root.dataset.covered = cover;
  if (cover === "card") paintCard(root, hall, state);
  if (state.sure) paintSure(root, hall, state);
  else for (const name of ["sure", "sure-else"]) erase(part(root, `[data-${name}]`));
  if (!state.problem) return erase(part(root, "[data-problem]"));
  const tickets = state.step === "category" && !state.moving;
  write(part(root, "[data-problem-title]"), say(hall.words, tickets ? "kiosk.refused_title" : "kiosk.not_done"), state.lang, hall.paired);
  part(root, "[data-problem-else]").hidden = !tickets;
  part(root, "[data-cover=problem] [data-do=start]").hidden = !tickets;
  const said = state.problem.sentence.zh ? state.problem.sentence : say(hall.words, "kiosk.refused");
  write(part(root, "[data-problem]"), said, state.lang, hall.paired);
}
