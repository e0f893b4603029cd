/** The live link of a page, the hall's time, and the way to the sign-in page when the session has ended. */

import { openLink } from "./link.js";
import { get } from "./network.js";
import { api, hallClock, part, signInAgain, write } from "./staff-page.js";
import { cleaned, say } from "./staff-words.js";

/** Between two questions (ms) whether the session still counts. */
const ASK_AGAIN = 3000;

/** The live link of a page: the newest state, whether it is fresh, and the hall's time. */
export class Live {
  /**
   * @param {string} path of the socket, below the hall's API
   * @param {{onState: (state: any) => void, onLink: (up: boolean) => void}} page
   */
  constructor(path, page) {
    this.page = page;
    this.up = false;
    /** The server's time minus ours (ms): this machine's clock is often wrong. */
    this.offset = 0;
    this.askedAt = -Infinity;
    openLink({
      url: `${api}/${path}`,
      onState: (state) => page.onState(cleaned(state)),
      onBeat: (dataAt) => void (this.offset = dataAt - Date.now()),
      onFresh: () => page.onLink((this.up = true)),
      onStale: () => {
        page.onLink((this.up = false));
        void this.stillIn();
      },
      onLost: () => void this.stillIn(),
    });
  }

  get now() {
    return Date.now() + this.offset;
  }

  /** The link has ended: perhaps because the session has. */
  async stillIn() {
    if (performance.now() - this.askedAt < ASK_AGAIN) return;
    this.askedAt = performance.now();
    const answer = await get(`${api}/me`, "");
    if (answer?.status === 401) signInAgain();
  }

  /** The hall's time of day. @param {number} [at] ms @param {boolean} [exact] with seconds */
  clock(at = this.now, exact = false) {
    return hallClock(at, exact);
  }
}

/** The line about the link, as every page says it. @param {boolean} up @param {boolean} known it was up once */
export function paintLink(up, known) {
  document.body.dataset.link = up ? "up" : "down";
  write(part(document, "[data-link-said]"), say(up ? "console.link.up" : "console.link.down"));
  const strip = part(document, "[data-strip-link]");
  strip.hidden = up;
  if (!up) write(strip, say(known ? "console.link.trouble" : "console.link.connecting"));
}
