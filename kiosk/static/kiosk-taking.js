/**
 * Getting one ticket: the same request under the same key until the server answers.
 *
 * @typedef {import("./kiosk-state.js").Wish} Wish
 * @typedef {import("./kiosk-state.js").Receipt} Receipt
 * @typedef {import("./kiosk-state.js").Problem} Problem
 * @typedef {{status: number, body: unknown}} Answer
 * @typedef {object} Ways
 * @property {(wish: Wish, key: string) => Promise<Answer | null>} post null when nobody answered
 * @property {(ms: number) => Promise<void>} pause
 * @property {() => boolean} wanted false once the visitor has gone
 * @property {(up: boolean) => void} link told when an attempt found nobody, or a slow one
 */

const PAUSES_MS = [500, 1000, 2000];

/** Statuses after which the same request may still succeed: nobody decided about it. */
const UNDECIDED = new Set([408, 425, 429]);

/**
 * @param {Wish} wish @param {string} key the idempotency key, one for all attempts @param {Ways} ways
 * @returns {Promise<{receipt: Receipt} | {problem: Problem} | null>} null when the visitor went first
 */
export async function getTicket(wish, key, ways) {
  const answer = await untilDecided(() => ways.post(wish, key), ways);
  if (answer === null) return null;
  return answer.status < 300 ? { receipt: /** @type {Receipt} */ (answer.body) } : { problem: asProblem(answer) };
}

/**
 * @param {() => Promise<Answer | null>} ask the same request each time
 * @param {Pick<Ways, "pause" | "wanted" | "link"> & {whole?: (body: unknown) => boolean}} ways `whole` says of
 *   a success's body whether it came in one piece; a ticket's has a number
 * @returns {Promise<Answer | null>} what the server decided, null when nobody wants it any more
 */
export async function untilDecided(ask, ways) {
  for (let attempt = 0; ways.wanted(); attempt += 1) {
    const answer = await ask();
    if (answer && decided(answer, ways.whole)) return answer;
    ways.link(false);
    await ways.pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]);
  }
  return null;
}

/**
 * Whether the server has decided. A success without a number (cut off on its way) is none: asking
 * again under the same key brings the whole answer.
 * @param {Answer} answer @param {(body: unknown) => boolean} [whole]
 */
export function decided({ status, body }, whole = hasNumber) {
  if (status >= 200 && status < 300) return whole(body);
  return status >= 400 && status < 500 && !UNDECIDED.has(status);
}

/** @param {unknown} body */
function hasNumber(body) {
  return typeof body === "object" && body !== null && "number" in body;
}

/** A refusal, also from something between here and the server that does not speak problem details.
 * @param {Answer} answer @returns {Problem} */
export function asProblem({ status, body }) {
  const said = /** @type {Partial<Problem>} */ (typeof body === "object" && body !== null ? body : {});
  return { code: said.code ?? "", sentence: said.sentence ?? {}, detail: said.detail ?? "", status };
}
