/**
 * Sitting down at a window: who is there already, and the visitor whom the last clerk left.
 *
 * @typedef {import("./window-flows.js").Ask} Ask
 * @typedef {import("./staff-hand.js").Outcome} Outcome
 */

import { named, say } from "./staff-words.js";
import { ended } from "./window-picks.js";
import { present } from "./window-scene.js";

/**
 * Claim the window, asking where the hall wants to know more.
 * @param {Ask} ask @param {(path: string, body: unknown) => Promise<Outcome>} send
 * @param {{take_over: boolean, leftover?: string} | null} first what is asked for first, by whom the window was handed to
 * @returns {Promise<Outcome | null>} null when the clerk goes back
 */
export async function sitDown(ask, send, first = null) {
  /** @type {{take_over: boolean, leftover?: string, ended_at?: number}} */
  let claim = first ?? { take_over: false };
  for (;;) {
    const outcome = await send(`windows/${ask.scene().window}/claim`, claim);
    if (!("refused" in outcome)) return outcome;
    const { code, sentence, detail } = outcome.refused;
    const about = named(sentence) || detail;
    const taken = code === "window_claimed" && !claim.take_over;
    const left = code === "leftover_visitor" && !claim.leftover;
    if (!taken && !left) return outcome;
    const more = taken ? await takeOver(ask, about) : await leftover(ask, about);
    if (more === null) return null;
    claim = { ...claim, ...more };
  }
}

/** @param {Ask} ask @param {string} about */
async function takeOver(ask, about) {
  const choices = [
    { value: "no", label: say("console.pick.not_now") },
    { value: "yes", label: say("console.pick.take_over") },
  ];
  return (await ask.pick(say("console.title.claim"), choices, about)) === "yes" ? { take_over: true } : null;
}

/** Go on with the visitor, or close the service at the time it really ended. @param {Ask} ask @param {string} about */
async function leftover(ask, about) {
  const title = say("console.title.claim");
  const picked = await ask.pick(
    title,
    [
      { value: "continue", label: say("console.pick.continue") },
      { value: "close", label: say("console.pick.close_leftover") },
    ],
    about,
  );
  if (picked !== "close") return picked && { leftover: picked };
  const times = ended(present(ask.scene())?.started_at ?? null, ask.scene().now);
  const at = await ask.pick(title, times, say("console.pick.ended"));
  return at && { leftover: "close", ended_at: Number(at) };
}
