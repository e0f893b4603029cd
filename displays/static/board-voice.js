// A board that is a loudspeaker too: the server says what to say, one utterance at a time; this page says it
// once, remembers it, and tells. The picture knows nothing of it and goes on whatever happens here.

import { PROTOCOL, socketAddress } from "./link.js";
import { backOff } from "./newest.js";
import { Ledger } from "./board-ledger.js";
import { Sound } from "./board-sound.js";

/** Between two signs of life (ms), and without any answer to them until the socket is given up. */
const HERE_EVERY = 3000;
const GIVE_UP = 10_000;
const PLACE = "yichuang.voice.speaker";

/** @typedef {{type: string, id: string, clip: string}} Order */

class Voice {
  /** @param {string} url @param {string} token @param {Sound} sound @param {Ledger} ledger */
  constructor(url, token, sound, ledger) {
    this.url = url;
    this.token = token;
    this.sound = sound;
    this.ledger = ledger;
    /** @type {Set<string>} asked for, and not ended */
    this.under = new Set();
    this.attempt = 0;
    this.heardAt = performance.now();
    /** @type {WebSocket | null} */
    this.socket = null;
    this.connect();
    setInterval(() => this.sign(), HERE_EVERY);
  }

  connect() {
    const socket = new WebSocket(socketAddress(this.url), [PROTOCOL, `bearer.${this.token}`]);
    this.socket = socket;
    this.heardAt = performance.now();
    socket.onopen = () => this.tell({ type: "here", sound: this.state(), said: this.ledger.all() });
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = () => this.lost(socket);
  }

  /** @param {WebSocket} socket */
  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    document.body.dataset.voice = "away";
    setTimeout(() => this.connect(), backOff(this.attempt++, Math.random()));
  }

  sign() {
    const socket = this.socket;
    if (socket === null) return;
    if (performance.now() - this.heardAt > GIVE_UP) {
      this.lost(socket);
      socket.onmessage = socket.onclose = null;
      socket.close();
    } else {
      this.tell({ type: "here", sound: this.state() });
    }
  }

  state() {
    return (document.body.dataset.sound = this.sound.state());
  }

  /** What the fleet is told: whether this screen can be heard, as last looked. */
  get sounding() {
    return document.body.dataset.sound === "on" ? "on" : "off";
  }

  /** @param {Order} order */
  hear(order) {
    this.heardAt = performance.now();
    this.attempt = 0;
    if (order.type === "say") this.say(order);
    else if (order.type === "hush") this.sound.hush(order.id);
    else if (order.type !== "heard") document.body.dataset.voice = order.type;
  }

  /** @param {Order} order */
  async say({ id, clip }) {
    if (this.ledger.has(id)) return this.tell({ type: "done", id, ago: this.ledger.ago(id) });
    if (this.under.has(id)) return; // another server asks for what is being said: it is told at its end
    this.under.add(id);
    const end = await this.sound.play(id, clip);
    this.under.delete(id);
    if (end === "done") {
      this.ledger.add(id);
      this.tell({ type: "done", id });
    } else if (end !== "hushed") {
      this.tell({ type: "failed", id, why: end.slice(0, 60) });
      this.tell({ type: "here", sound: this.state() });
    }
  }

  /** @param {object} message */
  tell(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

/**
 * Which zone this screen speaks in, and the token that vouches for it: they come once in the address's
 * fragment, which no server sees, and are kept; then they leave the address.
 * @param {string} hall what is kept under it
 * @returns {{zone: string, token: string} | null} null for a screen that only shows
 */
export function speakerHere(hall) {
  const given = new URLSearchParams(location.hash.slice(1));
  const place = `${PLACE} ${hall}`;
  if (given.has("zone") && given.has("token")) {
    localStorage.setItem(place, JSON.stringify({ zone: given.get("zone"), token: given.get("token") }));
    history.replaceState(null, "", location.pathname + location.search);
  }
  return JSON.parse(localStorage.getItem(place) ?? "null");
}

/**
 * Makes this page a loudspeaker of a zone.
 * @param {string} zones the address under which the hall's zones are
 * @param {{zone: string, token: string}} speaker
 */
export function speak(zones, { zone, token }) {
  const sound = new Sound();
  sound.start();
  return new Voice(`${zones}/${encodeURIComponent(zone)}/live`, token, sound, new Ledger(localStorage));
}
