/**
 * The list of cases. The page's socket says when a case has changed anywhere that concerns the hall; then the list is
 * read, page after page: pushed whole, a busy department's list would go out anew for each step of each case.
 */

import { get } from "./network.js";
import { Live } from "./staff-live.js";
import { api, signInAgain } from "./staff-page.js";
import { cleaned } from "./staff-words.js";

/** How long an answer may take, and until it is asked again where none came or it was behind the socket (ms). */
const DEADLINE = 1900;
const AGAIN = 300;
const OPEN = "accepted,handling,supplement,ready";
const CLOSED = "issued,returned,withdrawn";

export class Watch {
  /** @param {() => boolean} closed whether the closed cases are wanted
   * @param {(view: import("./cases-scene.js").Cases) => void} onState @param {(up: boolean) => void} onLink told when either changes */
  constructor(closed, onState, onLink) {
    this.wanted = closed;
    this.onState = onState;
    this.onLink = onLink;
    /** What the socket said last, and what the list that is shown was read at. */
    this.pushed = "";
    this.read = "";
    /** Looks begun: an older answer that comes later shows nothing. */
    this.looks = 0;
    this.live = new Live("cases/live", {
      onState: ({ mark }) => {
        this.pushed = mark;
        if (mark !== this.read) void this.look();
      },
      onLink: () => this.tell(),
    });
  }

  get now() {
    return this.live.now;
  }

  /** The hall's time of day. */
  clock() {
    return this.live.clock();
  }

  /** The page is in step while the socket is fresh and the list has been read. */
  tell() {
    this.onLink(this.live.up && this.read !== "");
  }

  /** Reads every page of the list; one that is behind the socket, or does not come, is read again. */
  async look() {
    const mine = (this.looks += 1);
    const found = await this.pages(mine);
    if (mine !== this.looks) return;
    if (found) {
      this.read = found.mark;
      this.onState(found);
    } else this.read = "";
    this.tell();
    if (this.read !== this.pushed) setTimeout(() => mine === this.looks && void this.look(), AGAIN);
  }

  /** @param {number} mine @returns {Promise<(import("./cases-scene.js").Cases & {mark: string}) | null>} */
  async pages(mine) {
    const state = this.wanted() ? CLOSED : OPEN;
    /** @type {import("./cases-scene.js").CaseLine[]} */
    const cases = [];
    let mark = ""; // of the first page: what changes while the others are read is read again
    for (let after = ""; ; ) {
      const answer = await get(`${api}/cases?state=${state}&after=${encodeURIComponent(after)}`, "", DEADLINE);
      if (mine !== this.looks) return null;
      if (answer?.status === 401) signInAgain();
      if (answer?.status !== 200) return null;
      const page = cleaned(/** @type {any} */ (answer.body));
      cases.push(...page.cases);
      mark ||= page.mark;
      after = page.after;
      if (!after) return { ...page, cases, mark };
    }
  }
}
