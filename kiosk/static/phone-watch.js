/**
 * Keeps asking where the ticket stands: every second or two while somebody looks, with a back-off
 * while nobody answers. Says when what it knows is old, and comes back by itself.
 *
 * @typedef {import("./phone-place.js").Place} Place
 * @typedef {import("./kiosk-taking.js").Answer} Answer
 * @typedef {object} Ways
 * @property {(atLeast: number) => Promise<Answer | null>} ask null when nobody answered
 * @property {(place: Place) => void} onPlace
 * @property {(dataAt: number | null) => void} onStale the time (ms) of the last data, null without any
 * @property {() => void} onFresh
 * @property {(status: number) => void} onLost the server knows no such ticket, or not this secret
 * @property {() => boolean} hidden nobody looks at the page
 * @property {Environment} [environment]
 *
 * @typedef {object} Environment
 * @property {() => number} now monotonic ms
 * @property {(run: () => void, ms: number) => unknown} later
 * @property {(timer: any) => void} cancel
 * @property {() => number} chance
 */

import { Newest, backOff, read } from "./newest.js";

/** Data older than this (ms) are said to be old. */
export const STALE_AFTER = 3000;
/** The next question comes when the data are about this old (ms), so that they seldom become stale. */
const ASK_AT_AGE = 2000;
const LEAST_PAUSE = 700;
const HIDDEN_PAUSE = 5000;
/** After a refusal (ms): perhaps the hall is just starting, or the address will be mended. */
const LOST_PAUSE = 15_000;
const LONGEST_PAUSE = 10_000;

/** @type {Environment} */
const browser = {
  now: () => performance.now(),
  later: (run, ms) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer),
  chance: () => Math.random(),
};

export class Watch {
  /** @param {Ways} ways */
  constructor(ways) {
    this.ways = ways;
    this.world = ways.environment ?? browser;
    this.newest = new Newest();
    this.attempt = 0;
    this.atLeast = 0;
    this.asking = false;
    /** a poke that came while an older question was under way */
    this.again = false;
    this.done = false;
    /** @type {boolean | null} */
    this.stale = null;
    /** when (monotonic ms) the data we know were true */
    this.trueAt = this.world.now();
    this.look();
    this.judge();
  }

  /** Ask now, at least for what the log holds at `atLeast`. */
  poke(atLeast = 0) {
    this.atLeast = Math.max(this.atLeast, atLeast);
    if (this.asking) this.again = true;
    else if (!this.done) this.look();
  }

  async look() {
    this.asking = true;
    this.world.cancel(this.timer);
    const answer = await this.ways.ask(this.atLeast);
    this.asking = false;
    const pause = this.hear(answer);
    if (this.done) return;
    this.timer = this.world.later(() => this.look(), this.again ? 0 : pause);
    this.again = false;
  }

  /** @param {Answer | null} answer @returns {number} ms until the next question */
  hear(answer) {
    const place = answer?.status === 200 ? /** @type {Place | null} */ (read(JSON.stringify(answer.body))) : null;
    if (place) return this.believe(place);
    if (answer && [401, 403, 404].includes(answer.status)) {
      this.ways.onLost(answer.status);
      return LOST_PAUSE;
    }
    return backOff(this.attempt++, this.world.chance(), LONGEST_PAUSE);
  }

  /** @param {Place} place */
  believe(place) {
    this.attempt = 0;
    if (place.seq >= this.atLeast) this.atLeast = 0; // another day's log would never reach it
    const age = Math.max(0, place.answered_at - place.data_at);
    if (this.newest.take(place) === "state") {
      this.trueAt = this.world.now() - age;
      this.ways.onPlace(/** @type {Place} */ (this.newest.held));
      this.done = place.state === "ended";
    }
    this.verdict();
    return this.ways.hidden() ? HIDDEN_PAUSE : Math.max(LEAST_PAUSE, ASK_AT_AGE - age);
  }

  judge() {
    this.verdict();
    if (!this.done) this.judging = this.world.later(() => this.judge(), 250);
  }

  verdict() {
    const stale = !this.done && this.world.now() - this.trueAt > STALE_AFTER;
    const known = this.newest.held !== null;
    if (stale === this.stale || (!stale && !known)) return;
    this.stale = stale;
    if (stale) this.ways.onStale(this.newest.dataAt);
    else this.ways.onFresh();
  }

  close() {
    this.done = true;
    this.world.cancel(this.timer);
    this.world.cancel(this.judging);
  }
}
