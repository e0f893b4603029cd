/**
 * Where the visitor stands: one frozen state, and what each touch or answer makes of it.
 * Pure, so that every path can be tested without a page.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {{id: string, name: Text, materials: Text[], identity: boolean}} Matter
 * @typedef {{category: string, name: Text, waiting: number, windows: number[], matters: Matter[],
 *   closed: string, why: Text, calling_from: number | null}} Choice
 * @typedef {{hall: Text, seq: number, data_at: number, languages: string[], choices: Choice[],
 *   priority_kinds: Text[], notices: Text[], version: string, timezone: string, catalogue: string,
 *   long_queue: number, credit: number, most_matters: number, papers: import("./kiosk-paper.js").Paper[]}} Menu
 * @typedef {{ticket: string, number: string, category: string, category_name: Text, matters: Text[],
 *   priority: boolean, ahead: number, windows: number[], floor: string, area: string, area_name?: Text, taken_at: number,
 *   language: string, url: string, code: string, rules: string[], rule_texts: Text[], checklist: Text[],
 *   calling_from: number | null, expected?: [number, number] | null}} Receipt
 * @typedef {{code: string, sentence: Text, detail: string, status: number}} Problem
 * @typedef {{category: string, matters: string[], cls: "ordinary" | "priority", language: string,
 *   visit?: string, needs?: string[], person?: string}} TicketWish
 * @typedef {{code: string, language: string, needs?: string[], person?: string}} BookedWish
 * @typedef {{number: string, code: string, language: string, same_clerk?: boolean}} CaseWish what a receipt of cases
 *   says, and whether papers go to whoever accepted the case
 * @typedef {TicketWish | BookedWish | CaseWish} Wish
 * @typedef {{key: string, wish: Wish, link: boolean}} Taking one request for a ticket; `link` is false
 *   while the server does not answer
 * @typedef {"start" | "category" | "ticket" | "typing" | "held"} Step
 * @typedef {{step: Step, lang: string, large: boolean, contrast: boolean, category: string, matters: string[],
 *   taking: Taking | null, problem: Problem | null, receipt: Receipt | null,
 *   low: boolean, voice: boolean, needs: string[], sheet: string, way: "" | Way, query: string, number: string,
 *   code: string, field: "number" | "code", guide: string, sure: string, moving: boolean, visit: string,
 *   held: Held | null, errand: Errand | null, said: Text | null, card: "" | "ordinary" | "priority" | "booked", person: string,
 *   slip: import("./kiosk-paper.js").Slip | null}} State `slip` is what became of the receipt's paper,
 *   `card` the ticket that waits for an identity card, `person` the handle of one that was shown
 * @typedef {import("./kiosk-ways.js").Way} Way
 * @typedef {import("./kiosk-ways.js").Held} Held
 * @typedef {import("./kiosk-ways.js").Errand} Errand
 * @typedef {import("./kiosk-ways.js").WayAct} WayAct
 * @typedef {{do: "language", lang: string} | {do: "large"} | {do: "contrast"} | {do: "open", category: string}
 *   | {do: "matter", id: string} | {do: "take", cls: "ordinary" | "priority", key: string}
 *   | {do: "resume", taking: Taking} | {do: "link", key: string, up: boolean}
 *   | {do: "issued", key: string, receipt: Receipt} | {do: "refused", key: string, problem: Problem}
 *   | {do: "slip", ticket: string, slip: import("./kiosk-paper.js").Slip}
 *   | {do: "print", printer: string, key: string}
 *   | {do: "person", person: string, key: string} | import("./kiosk-card.js").CardAct
 *   | {do: "receipt", key: string, number: string, code: string} | {do: "pick-up", key: string, same: boolean}
 *   | {do: "check-in", key: string} | {do: "back"} | {do: "start"} | {do: "wipe", lang: string} | WayAct} Act
 */

import { withCard } from "./kiosk-card.js";
import { along, backFrom, FRESH, toggled } from "./kiosk-ways.js";

/** @param {string} lang @returns {State} the start page as the next visitor finds it */
export function fresh(lang) {
  return Object.freeze({
    step: "start",
    lang,
    large: false,
    contrast: false,
    category: "",
    matters: [],
    taking: null,
    problem: null,
    receipt: null,
    slip: null,
    ...FRESH,
  });
}

/** @param {State} state @param {Act} act @returns {State} the same state when the act changes nothing */
export function after(state, act) {
  switch (act.do) {
    case "language":
      return act.lang === state.lang ? state : { ...state, lang: act.lang };
    case "large":
      return { ...state, large: !state.large };
    case "contrast":
      return { ...state, contrast: !state.contrast };
    case "open":
      return state.step === "start" ? { ...state, step: "category", category: act.category } : state;
    case "matter":
      return state.step === "category" && !state.taking ? { ...state, matters: toggled(state.matters, act.id) } : state;
    case "take":
      return state.step === "category" && !state.taking ? asking(state, act.key, ticketWish(state, act.cls)) : state;
    case "card":
    case "card-said":
      return withCard(state, act);
    case "person":
      return state.card ? asking({ ...state, person: act.person }, act.key, personsWish({ ...state, person: act.person })) : state;
    case "check-in":
      return state.step === "typing" && !state.taking && state.code ? asking(state, act.key, bookedWish(state)) : state;
    case "receipt":
      return state.taking ? state : along(typed(state, act), { do: "errand", kind: "receipt", key: act.key });
    case "pick-up":
      return state.step === "typing" && !state.taking ? asking(state, act.key, caseWish(state, act.same)) : state;
    case "errand":
      return along(state, act.kind === "claim" && isCaseNumber(state.number) ? { ...act, kind: "receipt" } : act);
    case "resume":
      return resumed(state, act.taking);
    case "link":
      return answering(state, act.key) ? { ...state, taking: { ...state.taking, link: act.up } } : state;
    case "issued":
      return answering(state, act.key)
        ? { ...state, step: "ticket", taking: null, problem: null, receipt: act.receipt }
        : state;
    case "refused":
      return answering(state, act.key) ? refused(state, act.problem) : state;
    case "slip":
      return state.receipt?.ticket === act.ticket ? { ...state, slip: act.slip } : state;
    case "print":
      return state.receipt === null || state.slip?.coming ? state : { ...state, slip: coming(act.printer) };
    case "back":
      return back(state);
    case "start":
      return atStart(state);
    case "wipe":
      return fresh(act.lang);
    default:
      return along(state, act);
  }
}

/** A slip that has just been asked for; the server says next how it goes. @param {string} printer */
function coming(printer) {
  return { outcome: "", coming: true, printer, place: "" };
}

/** @param {State} state @param {string} key @returns {state is State & {taking: Taking}} */
function answering(state, key) {
  return state.taking?.key === key;
}

/** @param {State} state @param {string} key @param {Wish} wish @returns {State} */
function asking(state, key, wish) {
  return { ...state, problem: null, sure: "", card: "", said: null, taking: { key, wish, link: true } };
}

/** Only the hall knows what a booking is for: whether it requires a card is told when it is checked in.
 * What was chosen from a catalogue that has changed meanwhile is chosen anew.
 * @param {State & {taking: Taking}} state @param {Problem} problem @returns {State} */
function refused(state, problem) {
  const card = problem.code === "card_required" && state.step === "typing" && state.way === "booked";
  const matters = problem.code === "matter_retired" ? [] : state.matters;
  return { ...state, taking: null, person: "", matters, ...(card ? { card: "booked" } : { problem }) };
}

/** What the card was asked for. @param {State} state @returns {TicketWish | BookedWish} */
function personsWish(state) {
  return state.card === "booked" || state.card === "" ? bookedWish(state) : ticketWish(state, state.card);
}

/** @param {State} state @param {"ordinary" | "priority"} cls @returns {TicketWish} */
function ticketWish(state, cls) {
  const { category, matters, lang, visit, person } = state;
  return { category, matters, cls, language: lang, ...(visit && { visit }), ...(person && { person }), ...named(state) };
}

/** @param {State} state @returns {BookedWish} */
function bookedWish(state) {
  const { person } = state;
  return { code: state.code.trim().toUpperCase(), language: state.lang, ...(person && { person }), ...named(state) };
}

/** Whether a number is that of a case (办件编号): the day and a count, with or without the dash.
 * @param {string} number */
export function isCaseNumber(number) {
  return /^\d{8}-?\d{4,}$/.test(number.trim());
}

/** @param {State} state @param {boolean} same to the clerk who accepted the case @returns {CaseWish} */
function caseWish({ number, code, lang }, same) {
  return { number: number.trim(), code: code.trim().toUpperCase(), language: lang, ...(same && { same_clerk: true }) };
}

/** What a reader has read stands there as if it had been typed. @param {State} state
 * @param {{number: string, code: string}} receipt @returns {State} */
function typed(state, { number, code }) {
  return { ...state, step: "typing", way: "mine", number, code };
}

/** @param {State} state */
function named({ needs }) {
  return needs.length ? { needs } : {};
}

/** A reload of the page takes up the request that was under way. @param {State} state @param {Taking} taking
 * @returns {State} */
function resumed(state, taking) {
  const { wish } = taking;
  if ("number" in wish) return { ...typed(state, wish), lang: wish.language, taking };
  if ("code" in wish) return { ...state, step: "typing", way: "booked", code: wish.code, lang: wish.language, taking };
  return { ...state, step: "category", category: wish.category, matters: wish.matters, lang: wish.language, taking };
}

/** @param {State} state @returns {State} one step back; from the start page nowhere */
function back(state) {
  if (state.problem) return { ...state, problem: null };
  const nearest = backFrom(state);
  if (nearest) return nearest;
  return state.step === "start" ? state : atStart(state);
}

/** The start page for the same visitor: language and type stay. @param {State} state @returns {State} */
function atStart(state) {
  const { lang, large, contrast, low, voice, needs, visit } = state;
  return { ...fresh(lang), large, contrast, low, voice, needs, visit };
}
