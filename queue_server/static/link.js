// The live link of a page: it holds the newest state, says when the data are stale and
// comes back by itself. Works when the server is not there yet.

import { Newest, backOff, read } from "./newest.js";

/** @typedef {import("./newest.js").Message} Message */

/**
 * @typedef {object} LinkOptions
 * @property {string} url path or address of the live socket (http, https, ws or wss)
 * @property {string} [token] device token; travels as the subprotocol "bearer.<token>"
 * @property {(state: any) => void} onState a newer state arrived
 * @property {(last: {dataAt: number | null}) => void} [onStale] no data for `staleAfter`;
 *   `dataAt` is the time (ms, server's clock) of the last data, null if there never were any
 * @property {() => void} [onFresh] data are fresh (again); also once after the first state
 * @property {(dataAt: number) => void} [onBeat] any believed data: the server's time (ms)
 * @property {() => void} [onLost] the socket ended, or never opened; another attempt follows
 * @property {() => Record<string, string>} [about] what our signs of life say besides the state we show
 * @property {number} [staleAfter] ms without data until stale (3000)
 * @property {number} [hereEvery] ms between our own signs of life (10000)
 * @property {Environment} [environment] what the browser gives; replaced in tests
 */

/**
 * @typedef {object} Environment
 * @property {(url: string, protocols: string[]) => WebSocket} socket
 * @property {() => number} now monotonic ms
 * @property {(run: () => void, ms: number) => any} later
 * @property {(timer: any) => void} cancel
 * @property {() => number} chance random number in [0, 1)
 */

/** The name both sides agree on; a token is offered beside it and never echoed. */
export const PROTOCOL = "yichuang";
/** A socket that has not opened after this long (ms), or brings no fresh data for twice this, is given up. */
const GIVE_UP = 5000;

/** @type {Environment} */
const browser = {
  socket: (url, protocols) => new WebSocket(url, protocols),
  now: () => performance.now(),
  later: (run, ms) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer),
  chance: () => Math.random(),
};

/**
 * @param {string} url
 * @returns {string} the same place as a WebSocket address
 */
export function socketAddress(url) {
  const address = new URL(url, typeof location === "undefined" ? undefined : location.href);
  address.protocol = address.protocol.replace(/^http/, "ws");
  return address.href;
}

class Link {
  /** @param {LinkOptions} options */
  constructor(options) {
    this.options = options;
    this.world = options.environment ?? browser;
    this.staleAfter = options.staleAfter ?? 3000;
    this.newest = new Newest();
    this.attempt = 0;
    /** @type {boolean | null} null until the first verdict */
    this.stale = null;
    this.closed = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {any} */
    this.retry = null;
    this.freshAt = this.triedAt = this.hereAt = this.world.now();
    this.watch();
    this.connect();
  }

  connect() {
    const { url, token } = this.options;
    this.triedAt = this.world.now();
    this.hereAt = -Infinity; // a screen says who it is as soon as it is connected
    const socket = this.world.socket(socketAddress(url), token ? [PROTOCOL, `bearer.${token}`] : [PROTOCOL]);
    this.socket = socket;
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = () => this.lost(socket);
  }

  /** @param {unknown} data */
  hear(data) {
    const message = read(data);
    const meaning = message === null ? "old" : this.newest.take(message);
    if (meaning === "old") return;
    this.freshAt = this.world.now();
    this.attempt = 0;
    if (meaning === "state") this.options.onState(this.newest.held);
    this.options.onBeat?.(/** @type {number} */ (this.newest.dataAt));
    this.judge(false);
  }

  /** @param {WebSocket} socket */
  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    if (this.closed) return;
    this.options.onLost?.();
    this.retry = this.world.later(() => this.connect(), backOff(this.attempt++, this.world.chance()));
  }

  /** Gives the present socket up and tries anew, at once or after a back-off. */
  drop() {
    const socket = this.socket;
    if (socket === null) return;
    this.lost(socket);
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** Looks four times a second whether the data are stale, the socket dead, or a sign of life due. */
  watch() {
    const now = this.world.now();
    const [quiet, tried] = [now - this.freshAt, now - this.triedAt];
    if (quiet > this.staleAfter) this.judge(true);
    const open = this.socket?.readyState === 1;
    if (tried > (open ? 2 * GIVE_UP : GIVE_UP) && quiet > 2 * GIVE_UP) this.drop();
    if (open && now - this.hereAt > (this.options.hereEvery ?? 10_000)) this.sayHere(now);
    this.timer = this.world.later(() => this.watch(), 250);
  }

  /** @param {number} now */
  sayHere(now) {
    this.hereAt = now;
    this.socket?.send(JSON.stringify({ ...this.options.about?.(), type: "here", seq: this.newest.held?.seq ?? 0 }));
  }

  /** @param {boolean} stale */
  judge(stale) {
    if (this.closed || stale === this.stale) return;
    this.stale = stale;
    if (stale) this.options.onStale?.({ dataAt: this.newest.dataAt });
    else this.options.onFresh?.();
  }

  close() {
    this.closed = true;
    this.world.cancel(this.timer);
    this.world.cancel(this.retry);
    this.socket?.close();
  }
}

/**
 * Opens a live link; it lives until `close()`.
 * @param {LinkOptions} options
 * @returns {{close: () => void}}
 */
export function openLink(options) {
  const link = new Link(options);
  return { close: () => link.close() };
}
