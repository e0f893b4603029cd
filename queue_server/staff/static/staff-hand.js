/**
 * One act of somebody signed in: one fresh key, repeated for a bounded time, and then it is said that nobody
 * knows whether it was done. Nothing is kept for later.
 *
 * @typedef {import("./network.js").Answer} Answer
 * @typedef {import("./staff-words.js").Text} Text
 * @typedef {{code: string, detail: string, status: number, title: string, sentence: Text, wait: number}} Problem
 * @typedef {{seq: number, ticket: string, number: string, window: number, ahead: number, detail: string, code: string}} Done
 * @typedef {{done: any} | {refused: Problem} | {lost: true}} Outcome
 */

import { newKey, post } from "./network.js";
import { cleaned, named, say } from "./staff-words.js";

const ATTEMPTS = 3;
const ATTEMPT_MS = 2000;
const PRINT_MS = 15_000;
const PAUSE_MS = 150;
/** Answers given by something between us and the hall, or by a hall that is not ready: ask again. */
const GATEWAY = [502, 503, 504];

/**
 * @typedef {object} World
 * @property {(path: string, body: unknown, key: string) => Promise<Answer | null>} send
 * @property {(ms: number) => Promise<void>} pause
 */

/** @param {number} ms for which an answer is waited for @returns {World} */
const browser = (ms) => ({
  send: (path, body, key) => post(path, "", body, key, ms),
  pause: (pause) => new Promise((resume) => setTimeout(resume, pause)),
});

const USUAL = browser(ATTEMPT_MS);
/** For what is answered when a printer has done it. */
export const PATIENT = browser(PRINT_MS);

/**
 * Does one thing at the hall.
 * @param {string} path @param {unknown} body @param {World} [world]
 * @returns {Promise<Outcome>}
 */
export async function act(path, body, world = USUAL) {
  const key = newKey();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await world.send(path, body, key);
    const decided = answer !== null && !GATEWAY.includes(answer.status);
    if (decided) return answer.status < 300 ? { done: cleaned(answer.body) } : { refused: problem(answer) };
    if (attempt === ATTEMPTS) return answer === null ? { lost: true } : { refused: problem(answer) };
    await world.pause(PAUSE_MS);
  }
}

/**
 * A request and what has to be done before it; the first that is not done ends it.
 * @param {(path: string, body: unknown) => Promise<Outcome>} send
 * @param {{path: string, body: unknown, first?: {path: string, body: unknown}[]}} request @returns {Promise<Outcome>}
 */
export async function all(send, { path, body, first = [] }) {
  for (const each of first) {
    const outcome = await send(each.path, each.body);
    if (!("done" in outcome)) return outcome;
  }
  return send(path, body);
}

/** @param {Answer} answer @returns {Problem} */
export function problem({ status, body, wait = 0 }) {
  const said = /** @type {Partial<Problem>} */ (typeof body === "object" && body !== null ? cleaned(body) : {});
  const { code = "", detail = "", title = "", sentence = {} } = said;
  return { code, detail, title, sentence, status, wait };
}

/** Why an act was not done, in the hall's own words where it has any. @param {Exclude<Outcome, {done: any}>} outcome */
export function whyNot(outcome) {
  if (!("refused" in outcome)) return say("console.refused.not_known");
  const { sentence, status, detail, title } = outcome.refused;
  return named(sentence) || say("console.refused.other", { status, detail: detail || title });
}
