/**
 * What touches mean: from a button's data attributes to an act.
 *
 * @typedef {import("./kiosk-state.js").Act} Act
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {Record<string, string | undefined>} Button its data attributes
 */

import { needsCard } from "./kiosk-card.js";

/** @type {Record<string, (button: Button, newKey: () => string) => Act>} */
const ACTS = {
  language: (button) => ({ do: "language", lang: button.lang ?? "zh" }),
  open: (button) => ({ do: "open", category: button.category ?? "" }),
  matter: (button) => ({ do: "matter", id: button.matter ?? "" }),
  take: (button, newKey) => ({ do: "take", cls: button.cls === "priority" ? "priority" : "ordinary", key: newKey() }),
  print: (button, newKey) => ({ do: "print", printer: button.printer ?? "", key: newKey() }),
  wipe: () => ({ do: "wipe", lang: "zh" }),
  large: () => ({ do: "large" }),
  contrast: () => ({ do: "contrast" }),
  low: () => ({ do: "low" }),
  voice: () => ({ do: "voice" }),
  back: () => ({ do: "back" }),
  start: () => ({ do: "start" }),
  way: ({ way }) => ({ do: "way", way: way === "mine" || way === "booked" ? way : "find" }),
  key: (button) => ({ do: "key", key: button.key ?? "" }),
  field: (button) => ({ do: "field", field: button.field === "code" ? "code" : "number" }),
  guide: (button) => ({ do: "guide", id: button.guide ?? "", category: button.category ?? "" }),
  sheet: (button) => ({ do: "sheet", name: button.sheet ?? "" }),
  need: (button) => ({ do: "need", need: button.need ?? "" }),
  sure: (button) => ({ do: "sure", what: button.what ?? "" }),
  move: () => ({ do: "move" }),
  again: () => ({ do: "again" }),
  "pick-up": (button, newKey) => ({ do: "pick-up", key: newKey(), same: button.same !== undefined }),
  "check-in": (_button, newKey) => ({ do: "check-in", key: newKey() }),
  errand: (button, newKey) => ({ do: "errand", kind: /** @type {any} */ (button.kind), key: newKey() }),
};

/** @param {Button} button @param {() => string} newKey @returns {Act | null} null for a button that this page does not know */
export function actOf(button, newKey) {
  return ACTS[button.do ?? ""]?.(button, newKey) ?? null;
}

/**
 * Behind a long queue a visitor is asked once more before a ticket is taken, and for a card where a matter
 * requires it; a wiped page speaks the hall's language.
 * @param {State} state @param {Act} act @param {import("./kiosk-state.js").Menu} menu @returns {Act}
 */
export function askedFirst(state, act, menu) {
  if (act.do === "wipe") return { ...act, lang: menu.languages[0] ?? act.lang };
  if (act.do !== "take") return act;
  const waiting = menu.choices.find((choice) => choice.category === state.category)?.waiting ?? 0;
  if (!state.sure && menu.long_queue && waiting >= menu.long_queue) return { do: "sure", what: act.cls };
  return needsCard(state, menu) ? { do: "card", cls: act.cls } : act;
}

/** A key of a real keyboard or keypad, where the page asks for letters. @param {State} state @param {string} key
 * @returns {Act | null} */
export function typedAct(state, key) {
  if (state.step !== "typing") return null;
  if (key === "Backspace") return { do: "key", key: "erase" };
  if (!/^[a-z0-9]$/i.test(key)) return null;
  return { do: "key", key: state.way === "find" ? key : key.toUpperCase() };
}

/** @param {State} state @param {string} lang @returns {boolean} whether there is nothing that idling would wipe */
export function untouched(state, lang) {
  const aided = state.large || state.contrast || state.low || state.voice || state.needs.length > 0;
  return state.step === "start" && state.lang === lang && !aided && !state.sheet && !state.visit && !state.moving;
}
