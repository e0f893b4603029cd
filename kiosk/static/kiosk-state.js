/**
 * Where the visitor stands: one frozen state, and what each touch or answer makes of it.
 * Pure, so that every path can be tested without a page.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {{id: string, name: Text, materials: string[]}} Matter
 * @typedef {{category: string, name: Text, waiting: number, windows: number[], matters: Matter[],
 *   closed: string, why: Text, calling_from: number | null}} Choice
 * @typedef {{hall: Text, seq: number, data_at: number, languages: string[], choices: Choice[],
 *   priority_kinds: Text[], notices: Text[], version: string, timezone: string}} Menu
 * @typedef {{ticket: string, number: string, category: string, category_name: Text, matters: Text[],
 *   priority: boolean, ahead: number, windows: number[], floor: string, area: string, taken_at: number,
 *   language: string, url: string, code: string, rules: string[], rule_texts: Text[], checklist: string[],
 *   calling_from: number | null}} Receipt
 * @typedef {{code: string, sentence: Text, detail: string, status: number}} Problem
 * @typedef {{category: string, matters: string[], cls: "ordinary" | "priority", language: string}} Wish
 * @typedef {{key: string, wish: Wish, link: boolean}} Taking one request for a ticket; `link` is false
 *   while the server does not answer
 * @typedef {"start" | "category" | "ticket"} Step
 * @typedef {{step: Step, lang: string, large: boolean, contrast: boolean, category: string, matters: string[],
 *   taking: Taking | null, problem: Problem | null, receipt: Receipt | null}} State
 * @typedef {{do: "language", lang: string} | {do: "large"} | {do: "contrast"} | {do: "open", category: string}
 *   | {do: "matter", id: string} | {do: "take", cls: "ordinary" | "priority", key: string}
 *   | {do: "resume", taking: Taking} | {do: "link", key: string, up: boolean}
 *   | {do: "issued", key: string, receipt: Receipt} | {do: "refused", key: string, problem: Problem}
 *   | {do: "back"} | {do: "start"} | {do: "wipe", lang: string}} Act
 */

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
      return state.step === "category" && !state.taking ? asking(state, act) : state;
    case "resume":
      return resumed(state, act.taking);
    case "link":
      return answering(state, act.key) ? { ...state, taking: { ...state.taking, link: act.up } } : state;
    case "issued":
      return answering(state, act.key)
        ? { ...state, step: "ticket", taking: null, problem: null, receipt: act.receipt }
        : state;
    case "refused":
      return answering(state, act.key) ? { ...state, taking: null, problem: act.problem } : state;
    case "back":
      return back(state);
    case "start":
      return atStart(state);
    case "wipe":
      return fresh(act.lang);
  }
}

/** @param {State} state @param {string} key @returns {state is State & {taking: Taking}} */
function answering(state, key) {
  return state.taking?.key === key;
}

/** @param {readonly string[]} matters @param {string} id */
function toggled(matters, id) {
  return matters.includes(id) ? matters.filter((other) => other !== id) : [...matters, id];
}

/** @param {State} state @param {{cls: "ordinary" | "priority", key: string}} act @returns {State} */
function asking(state, act) {
  const wish = { category: state.category, matters: state.matters, cls: act.cls, language: state.lang };
  return { ...state, problem: null, taking: { key: act.key, wish, link: true } };
}

/** A reload of the page takes up the request that was under way. @param {State} state @param {Taking} taking */
function resumed(state, taking) {
  const { category, matters, language } = taking.wish;
  return { ...state, step: /** @type {Step} */ ("category"), category, matters, lang: language, taking };
}

/** @param {State} state @returns {State} one step back; from the start page nowhere */
function back(state) {
  if (state.problem) return { ...state, problem: null };
  return state.step === "start" ? state : atStart(state);
}

/** The start page for the same visitor: language and type stay. @param {State} state @returns {State} */
function atStart(state) {
  return { ...fresh(state.lang), large: state.large, contrast: state.contrast };
}

/**
 * What touching a button means.
 * @param {Record<string, string | undefined>} button its data attributes @param {() => string} newKey
 * @returns {Act | null} null for a button that this page does not know
 */
export function actOf(button, newKey) {
  switch (button.do) {
    case "language":
      return { do: "language", lang: button.lang ?? "zh" };
    case "open":
      return { do: "open", category: button.category ?? "" };
    case "matter":
      return { do: "matter", id: button.matter ?? "" };
    case "take":
      return { do: "take", cls: button.cls === "priority" ? "priority" : "ordinary", key: newKey() };
    case "wipe":
      return { do: "wipe", lang: "zh" };
    case "large":
    case "contrast":
    case "back":
    case "start":
      return { do: button.do };
    default:
      return null;
  }
}

/** @param {State} state @param {string} lang @returns {boolean} whether there is nothing that idling would wipe */
export function untouched(state, lang) {
  return state.step === "start" && state.lang === lang && !state.large && !state.contrast;
}
