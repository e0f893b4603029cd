// When a new device needs another code, and how a code is written: pure, so that node tests it.

/** A code is replaced this long (ms) before it ends, so that nobody types one that ends meanwhile. */
export const BEFORE_END = 30_000;

/**
 * Whether a code is about to end, by the time that has passed here: the device's own clock may be wrong.
 * @param {{until: number, answered_at: number, got: number}} enrolment `got` is when it came (monotonic ms)
 * @param {number} now monotonic ms
 * @returns {boolean}
 */
export function newCodeDue({ until, answered_at, got }, now) {
  return now - got > until - answered_at - BEFORE_END;
}

/**
 * A code in two halves, as people read it out.
 * @param {string} code
 * @returns {string}
 */
export function spelt(code) {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)} ${code.slice(half)}`;
}
