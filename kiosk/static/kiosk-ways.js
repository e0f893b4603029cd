/**
 * The ways of a visitor besides taking a ticket from a category: finding a matter, opening a ticket or booking
 * by its code, aids and needs, and what is asked of the server meanwhile. Pure.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Problem} Problem
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./phone-place.js").Place} Place
 * @typedef {{ticket: string, secret: string, place: Place | null, code?: string}} Held a ticket that its holder has
 *   opened here; `code` where it was typed
 * @typedef {"claim" | "return" | "cancel" | "transfer" | "reprint" | "checklist" | "help" | "person"
 *   | "receipt" | "open"} Kind
 * @typedef {{key: string, kind: Kind, link: boolean}} Errand one request; `link` is false while nobody answers
 * @typedef {"find" | "mine" | "booked"} Way
 * @typedef {{do: "way", way: Way} | {do: "key", key: string} | {do: "typed", text: string}
 *   | {do: "field", field: "number" | "code"} | {do: "guide", id: string, category: string}
 *   | {do: "sheet", name: string} | {do: "low"} | {do: "voice"} | {do: "need", need: string}
 *   | {do: "sure", what: string} | {do: "move"} | {do: "again"}
 *   | {do: "errand", kind: Kind, key: string} | {do: "errand-link", key: string, up: boolean}
 *   | {do: "errand-done", key: string, said: Text | null} | {do: "errand-refused", key: string, problem: Problem}
 *   | {do: "opened", held: Held} | {do: "place", place: Place} | {do: "unread", problem: Problem}} WayAct
 */

export const ERASE = "erase";
export const SPACE = "space";
const LONGEST = 40;

/** What the next visitor finds: nothing of the one before.
 * @type {Pick<State, "low" | "voice" | "needs" | "sheet" | "way" | "query" | "number" | "code" | "field" | "guide"
 *   | "sure" | "moving" | "visit" | "held" | "errand" | "said" | "card" | "person">} */
export const FRESH = Object.freeze({
  low: false, voice: false, needs: [], sheet: "", way: "", query: "", number: "", code: "", field: "number",
  guide: "", sure: "", moving: false, visit: "", held: null, errand: null, said: null,
  card: "", person: "",
});

/** @param {State} state @param {WayAct} act @returns {State} the same state when the act changes nothing */
export function along(state, act) {
  switch (act.do) {
    case "way":
      return state.step === "start" ? { ...state, step: "typing", way: act.way } : state;
    case "key":
      return state.step === "typing" && !state.taking ? pressed(state, act.key) : state;
    case "typed":
      return state.step === "typing" ? { ...state, query: act.text.slice(0, LONGEST) } : state;
    case "field":
      return { ...state, field: act.field };
    case "guide":
      return opened(state, act);
    case "sheet":
      return { ...state, sheet: state.sheet === act.name ? "" : act.name };
    case "low":
      return { ...state, low: !state.low };
    case "voice":
      return { ...state, voice: !state.voice };
    case "need":
      return { ...state, needs: toggled(state.needs, act.need) };
    case "sure":
      return { ...state, sure: act.what };
    case "move":
      return state.held ? { ...state, step: "start", moving: true, said: null } : state;
    case "again":
      return state.held ? { ...state, step: "start", visit: state.held.ticket, held: null, said: null } : state;
    default:
      return answered(state, act);
  }
}

/** @param {State} state @param {Exclude<WayAct, {do: "way" | "key" | "typed" | "field" | "guide" | "sheet" | "low"
 *   | "voice" | "need" | "sure" | "move" | "again"}>} act @returns {State} */
function answered(state, act) {
  switch (act.do) {
    case "errand":
      return { ...state, problem: null, sure: "", said: null, errand: { key: act.key, kind: act.kind, link: true } };
    case "errand-link":
      return asks(state, act.key) ? { ...state, errand: { ...state.errand, link: act.up } } : state;
    case "errand-done":
      return asks(state, act.key) ? { ...state, errand: null, said: act.said } : state;
    case "errand-refused":
      return asks(state, act.key) ? { ...state, errand: null, problem: act.problem } : state;
    case "opened":
      return { ...state, step: "held", held: act.held, moving: false, category: "", matters: [], guide: "",
        number: "", code: "", sheet: "" };
    case "unread":
      return { ...state, problem: act.problem };
    case "place":
      return state.held ? { ...state, held: { ...state.held, place: act.place } } : state;
    default:
      return state;
  }
}

/** @param {State} state @param {string} key @returns {state is State & {errand: Errand}} */
function asks(state, key) {
  return state.errand?.key === key;
}

/** @param {readonly string[]} all @param {string} one */
export function toggled(all, one) {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one];
}

/** One key of the screen's keyboard. @param {State} state @param {string} key @returns {State} */
function pressed(state, key) {
  const name = state.way === "find" ? "query" : state.way === "mine" ? state.field : "code";
  const text = state[name];
  if (key === ERASE) return { ...state, [name]: [...text].slice(0, -1).join("") };
  if (text.length >= LONGEST || (key === SPACE && name !== "query")) return state;
  return { ...state, [name]: text + (key === SPACE ? " " : key) };
}

/** A guide is read before the ticket; from a search its matter is picked already.
 * @param {State} state @param {{id: string, category: string}} act @returns {State} */
function opened(state, { id, category }) {
  if (state.step === "category") return { ...state, guide: id };
  if (state.step !== "typing") return state;
  return { ...state, step: "category", category, guide: id, matters: [id] };
}

/** One step back, nearest first. @param {State} state @returns {State | null} null when nothing of these lies open */
export function backFrom(state) {
  if (state.sure) return { ...state, sure: "" };
  if (state.card) return { ...state, card: "", errand: null, said: null };
  if (state.errand && !state.errand.link) return { ...state, errand: null };
  if (state.sheet) return { ...state, sheet: "" };
  if (state.step === "category" && state.guide) return { ...state, guide: "", ...(state.way && { step: "typing", matters: [] }) };
  if (state.moving) return { ...state, step: state.step === "start" ? "held" : "start", moving: state.step !== "start", category: "" };
  return null;
}
