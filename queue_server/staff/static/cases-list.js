/** The list of cases, looked at again and again: cases change by hours, and no socket pushes them. */

import { get } from "./network.js";
import { api, hallClock, signInAgain } from "./staff-page.js";
import { cleaned } from "./staff-words.js";

/** Between two looks (ms), and how long an answer may take: a line that is gone is seen within three seconds. */
const LOOK_EVERY = 1000;
const DEADLINE = 1900;
const OPEN = "accepted,handling,supplement,ready";
const CLOSED = "issued,returned,withdrawn";

export class Watch {
  /** @param {() => boolean} closed whether the closed cases are wanted
   * @param {(view: import("./cases-scene.js").Cases) => void} onState @param {(up: boolean) => void} onLink told after each look */
  constructor(closed, onState, onLink) {
    this.wanted = closed;
    this.onState = onState;
    this.onLink = onLink;
    /** The server's time minus ours (ms). */
    this.offset = 0;
    /** Looks begun: an older answer that comes later shows nothing. */
    this.looks = 0;
    void this.keepLooking();
  }

  get now() {
    return Date.now() + this.offset;
  }

  /** The hall's time of day. */
  clock() {
    return hallClock(this.now);
  }

  async keepLooking() {
    await this.look();
    setTimeout(() => void this.keepLooking(), LOOK_EVERY);
  }

  /** Every page of the list. */
  async look() {
    const mine = (this.looks += 1);
    const state = this.wanted() ? CLOSED : OPEN;
    /** @type {import("./cases-scene.js").CaseLine[]} */
    const cases = [];
    for (let after = ""; ; ) {
      const answer = await get(`${api}/cases?state=${state}&after=${encodeURIComponent(after)}`, "", DEADLINE);
      if (mine !== this.looks) return;
      if (answer?.status === 401) signInAgain();
      if (answer?.status !== 200) return this.onLink(false);
      const page = cleaned(/** @type {any} */ (answer.body));
      cases.push(...page.cases);
      after = page.after;
      if (after) continue;
      this.offset = page.data_at - Date.now();
      this.onState({ cases, standings: page.standings, data_at: page.data_at });
      return this.onLink(true);
    }
  }
}
