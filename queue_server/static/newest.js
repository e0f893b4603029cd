// Which state a screen believes: the newest one, whatever order the network delivers.

/**
 * What every message on a live socket carries: `seq` is the log sequence, `data_at` the
 * last confirmation at the log's tail (ms, server's clock).
 * @typedef {{type: string, seq: number, data_at: number}} Message
 */

/** A log that reads shorter this long (ms) after we last knew it longer is another: a new day's, or rebuilt. */
export const REBUILT_AFTER = 2000;

/**
 * Order of two messages: by sequence, then by the time of the data.
 * @param {Message} a
 * @param {Message} b
 * @returns {number} negative if `a` is older, positive if newer, 0 if equal
 */
export function compare(a, b) {
  return a.seq - b.seq || a.data_at - b.data_at;
}

/**
 * Reads one message as the server sends it.
 * @param {unknown} data the text of a WebSocket message
 * @returns {Message | null} null when it is no message of ours (it is then left alone)
 */
export function read(data) {
  if (typeof data !== "string") return null;
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  if (message === null || typeof message !== "object") return null;
  const whole = typeof message.type === "string" && Number.isFinite(message.seq) && Number.isFinite(message.data_at);
  return whole ? message : null;
}

/**
 * Keeps the newest state. `take` says what a message meant: "state" (a newer state, now
 * in `held`), "fresh" (our state is still the newest as of its `data_at`) or "old"
 * (nothing to believe).
 *
 * An older state is put aside, not thrown away: if the server confirms it at a clearly
 * later time, the log itself starts shorter (a new day, or a log that lost its tail), and
 * the state is taken.
 */
export class Newest {
  constructor() {
    /** @type {Message | null} */
    this.held = null;
    /** @type {number | null} time (ms, server's clock) of the last data believed */
    this.dataAt = null;
    /** @type {Message | null} */
    this.aside = null;
  }

  /**
   * @param {Message} message
   * @returns {"state" | "fresh" | "old"}
   */
  take(message) {
    const isBeat = message.type === "beat";
    if (this.held === null) return isBeat ? "old" : this.#hold(message, message.data_at);
    if (isBeat ? message.seq === this.held.seq : compare(message, this.held) === 0) return this.#confirm(message);
    if (!isBeat && compare(message, this.held) > 0) return this.#hold(message, message.data_at);
    if (!isBeat) this.aside = message;
    return this.#reconsider(message);
  }

  /**
   * Only another look at the log's tail makes data fresh, not the same one said again. A
   * beat may be earlier than the last: the server's clock was set back.
   * @param {Message} message @returns {"fresh" | "old"}
   */
  #confirm(message) {
    const last = this.dataAt ?? 0;
    if (message.type === "beat" ? message.data_at === last : message.data_at <= last) return "old";
    this.dataAt = message.data_at;
    return "fresh";
  }

  /** @param {Message} message @returns {"state" | "old"} */
  #reconsider(message) {
    const another = this.aside?.seq === message.seq && message.data_at > (this.dataAt ?? 0) + REBUILT_AFTER;
    return another && this.aside !== null ? this.#hold(this.aside, message.data_at) : "old";
  }

  /** @param {Message} state @param {number} dataAt @returns {"state"} */
  #hold(state, dataAt) {
    this.held = state;
    this.dataAt = dataAt;
    this.aside = null;
    return "state";
  }
}

/**
 * How long to wait before the next attempt: doubling from half a second to `longest`,
 * spread over the upper half so that a thousand screens do not come back at once.
 * @param {number} attempt 0 for the first
 * @param {number} chance a random number in [0, 1)
 * @param {number} [longest] ms
 * @returns {number} ms
 */
export function backOff(attempt, chance, longest = 5000) {
  const whole = Math.min(longest, 500 * 2 ** Math.min(attempt, 20));
  return Math.round(whole / 2 + (whole / 2) * chance);
}
