/**
 * What is asked before it is done: a ticket behind many people, a cancelling, or which clerk takes papers that are owed.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {{asked: Text, rule: Text, no: Text, yes: Text, not: Record<string, string>, does: Record<string, string>}} Question
 *   `not` and `does` are what its two buttons do
 */

import { part } from "./kiosk-parts.js";
import { say, write } from "./kiosk-words.js";

const BACK = { do: "back" };

/** @param {Hall} hall @param {State} state @returns {Question} */
export function questionOf({ words, menu }, state) {
  const back = say(words, "kiosk.back");
  if (state.sure === "clerk") {
    return {
      asked: say(words, "kiosk.clerk_same"), rule: say(words, "kiosk.clerk_rule"),
      no: say(words, "kiosk.clerk_any"), not: { do: "pick-up" },
      yes: say(words, "kiosk.clerk_yes"), does: { do: "pick-up", same: "" },
    };
  }
  if (state.sure === "cancel") {
    return {
      asked: say(words, "kiosk.cancel_sure", { number: state.held?.place?.number ?? "" }), rule: say(words, "kiosk.cancel_else"),
      no: back, not: BACK, yes: say(words, "kiosk.cancel_yes"), does: { do: "errand", kind: "cancel" },
    };
  }
  const n = menu.choices.find((one) => one.category === state.category)?.waiting ?? 0;
  return {
    asked: say(words, "kiosk.still", { n }), rule: say(words, "kiosk.still_else"), no: back, not: BACK,
    yes: say(words, state.sure === "priority" ? "kiosk.priority" : "kiosk.take"), does: { do: "take", cls: state.sure },
  };
}

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paintSure(root, hall, state) {
  const question = questionOf(hall, state);
  write(part(root, "[data-sure]"), question.asked, state.lang, hall.paired);
  write(part(root, "[data-sure-else]"), question.rule, state.lang, []);
  write(part(root, "[data-sure-not]"), question.no, state.lang, hall.paired);
  write(part(root, "[data-sure-word]"), question.yes, state.lang, hall.paired);
  does(part(root, "[data-sure-no]"), question.not);
  does(part(root, "[data-sure-yes]"), question.does);
}

/** @param {HTMLElement} button @param {Record<string, string>} act */
function does(button, act) {
  for (const name of ["kind", "cls", "same"]) delete button.dataset[name];
  Object.assign(button.dataset, act);
}
