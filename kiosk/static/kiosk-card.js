/**
 * The identity card: asked for where a chosen matter requires it, used for that ticket, and not kept.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Menu} Menu
 * @typedef {import("./kiosk-state.js").Act} Act
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 */

import { part } from "./kiosk-parts.js";
import { erase, write } from "./kiosk-words.js";

/** @param {State} state @param {Menu} menu @returns {boolean} whether a ticket for what is chosen needs a card first */
export function needsCard(state, menu) {
  if (state.person) return false;
  const choice = menu.choices.find((one) => one.category === state.category);
  return choice?.matters.some((matter) => matter.identity && state.matters.includes(matter.id)) ?? false;
}

/** What the card's steps make of a state. @param {State} state @param {CardAct} act @returns {State} */
export function withCard(state, act) {
  if (act.do === "card") return state.step === "category" ? { ...state, sure: "", card: act.cls, said: null } : state;
  return state.card ? { ...state, said: act.said } : state;
}
/** @typedef {{do: "card", cls: "ordinary" | "priority"} | {do: "card-said", said: import("./kiosk-words.js").Text}} CardAct */

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paintCard(root, hall, state) {
  const cover = part(root, "[data-cover=card]");
  part(cover, ".spinner").hidden = state.errand?.kind !== "person";
  const said = part(cover, "[data-card-said]");
  if (state.said) write(said, state.said, state.lang, hall.paired);
  else erase(said);
}
