// What every screen's page does, whatever it shows: the live link, the stale banner, the hall's
// time, new versions at a quiet moment, and the token of a screen that a manager has let in.

import { openLink } from "./link.js";
import { fill } from "./board-day.js";
import { renewal } from "./screen-day.js";

/** @typedef {import("./board-day.js").Text} Text */
/** @typedef {{type: string, seq: number, data_at: number, version: string}} State */
/**
 * @typedef {object} Page
 * @property {Record<string, any>} config what the server wrote into the page
 * @property {(state: any) => void} onState a newer state
 * @property {(text: Text | null) => void} onStale the data are old: what to say; null when they are fresh
 * @property {(state: any, now: number) => boolean} quiet whether the page may reload now
 * @property {() => Record<string, string>} [about] what else to report, such as its sound
 */

/** Where the browser keeps the token with which a manager let this screen in. */
export const TOKEN = "yichuang.screen.token";
/** Between two questions (ms) whether our token still counts. */
const ASK_AGAIN = 5000;

export class ScreenPage {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** The server's time minus ours (ms): a screen's own clock is often wrong. */
    this.offset = 0;
    /** @type {State | null} */
    this.state = null;
    this.opened = 0;
    this.chance = Math.random();
    this.askedAt = -Infinity;
    this.token = page.config.device ? localStorage.getItem(TOKEN) ?? undefined : undefined;
    this.link = openLink({
      url: page.config.live,
      token: this.token,
      onState: (state) => this.show(state),
      onBeat: (dataAt) => this.inTime(dataAt),
      onStale: ({ dataAt }) => this.stale(dataAt),
      onFresh: () => this.fresh(),
      onLost: () => this.askWhoWeAre(),
      about: () => ({ version: page.config.version, ...page.about?.() }),
    });
  }

  get now() {
    return Date.now() + this.offset;
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    this.page.onState(state);
  }

  /** @param {number} dataAt */
  inTime(dataAt) {
    this.offset = dataAt - Date.now();
    this.opened ||= dataAt;
  }

  /** @param {number | null} dataAt */
  stale(dataAt) {
    const { words } = this.page.config;
    document.body.dataset.link = dataAt === null ? "never" : "stale";
    this.page.onStale(dataAt === null ? words.never : fill(words.stale, { time: this.clock(dataAt, true) }));
  }

  fresh() {
    document.body.dataset.link = "fresh";
    this.page.onStale(null);
  }

  /** @param {number} at @param {boolean} seconds @returns {string} the hall's time of day */
  clock(at, seconds) {
    /** @type {Intl.DateTimeFormatOptions} */
    const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.page.config.timezone };
    return new Intl.DateTimeFormat("zh-CN", seconds ? { ...shape, second: "2-digit" } : shape).format(at);
  }

  /** Loads a new version, or the page after a night, at a quiet moment; each reason once. */
  async renew() {
    const { config, quiet } = this.page;
    if (this.state === null || document.body.dataset.link !== "fresh" || !quiet(this.state, this.now)) return;
    const page = { version: config.version, offered: this.state.version, opened: this.opened, now: this.now };
    const why = renewal({ ...page, chance: this.chance, timezone: config.timezone });
    if (!why || sessionStorage.getItem("renewed") === why) return;
    sessionStorage.setItem("renewed", why);
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.reload();
    else sessionStorage.removeItem("renewed");
  }

  /** The link ended: if that is because our token was taken back, we ask to be let in again. */
  async askWhoWeAre() {
    if (!this.token || performance.now() - this.askedAt < ASK_AGAIN) return;
    this.askedAt = performance.now();
    const { who, enrol } = this.page.config.device;
    const headers = { Authorization: `Bearer ${this.token}` };
    const answer = await fetch(who, { headers, cache: "no-store" }).catch(() => null);
    if (answer?.status !== 401) return;
    localStorage.removeItem(TOKEN);
    location.replace(enrol);
  }
}
