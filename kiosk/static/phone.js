/**
 * The phone page: reads the secret from the address's fragment, keeps asking where the ticket stands,
 * and lets its holder come back after a missed call or cancel.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./phone-place.js").Place} Place
 * @typedef {import("./phone-paint.js").Hall & {ticket: string, lang: string}} Config
 */

import { get, newKey, post } from "./kiosk-network.js";
import { asProblem, untilDecided } from "./kiosk-taking.js";
import { say } from "./kiosk-words.js";
import { paint, part } from "./phone-paint.js";
import { callOf, changed } from "./phone-place.js";
import { wish } from "./phone-rating.js";
import { Signal } from "./phone-signal.js";
import { Watch } from "./phone-watch.js";

class Phone {
  /** @param {HTMLElement} root @param {Config} config */
  constructor(root, config) {
    this.root = root;
    this.hall = config;
    this.lang = config.lang;
    this.chosen = false;
    /** @type {Place | null} */
    this.place = null;
    /** @type {Text | null} what has just changed, until the next change */
    this.note = null;
    /** @type {Text | null} what came of the last touch */
    this.said = null;
    /** @type {number} the status with which the server said no, 0 while it did not */
    this.lost = 0;
    /** @type {{at: number | null} | null} the time of the data while they are old */
    this.old = null;
    this.call = "";
    this.busy = false;
    this.rated = false;
    this.signal = new Signal();
    root.addEventListener("click", (event) => void this.touched(event));
    addEventListener("hashchange", () => location.reload());
    this.watch = this.secret ? this.follow() : null;
    if (!this.secret) this.lost = 401;
    this.paint();
  }

  /** The ticket's own token; it is in the fragment, so no server and no log sees it in an address. */
  get secret() {
    return location.hash.slice(1);
  }

  get token() {
    const ticket = decodeURIComponent(this.hall.ticket.split("/").at(-1) ?? "");
    return `${ticket}.${this.secret}`;
  }

  follow() {
    const watch = new Watch({
      ask: (atLeast) => get(`${this.hall.ticket}/place?at_least=${atLeast}`, this.token),
      onPlace: (place) => this.arrived(place),
      onStale: (at) => this.paint((this.old = { at })),
      onFresh: () => this.paint((this.old = null)),
      onLost: (status) => this.paint((this.lost = status)),
      hidden: () => document.hidden,
    });
    for (const name of ["visibilitychange", "online", "pageshow"]) {
      (name === "visibilitychange" ? document : window).addEventListener(name, () => document.hidden || watch.poke());
    }
    return watch;
  }

  /** @param {Place} place */
  arrived(place) {
    const note = changed(this.hall, this.place, place);
    const moved = this.place?.state !== place.state || this.place.ahead !== place.ahead;
    if (note || moved) this.note = note;
    if (this.place && this.place.state !== place.state && !this.busy) this.said = null;
    this.place = place;
    this.lost = 0;
    if (!this.chosen && this.hall.languages.includes(place.language)) this.lang = place.language;
    const call = callOf(place);
    if (call && call !== this.call) this.signal.ring();
    this.call = call;
    this.paint();
  }

  /** @param {Event} event */
  async touched(event) {
    const key = event.target instanceof Element ? event.target.closest("button") : null;
    if (!key) return;
    if (key.dataset.lang) this.speak(key.dataset.lang);
    else if (key.dataset.do === "sound") await this.signal.toggle();
    else if (key.dataset.do === "cancel") this.dialog.showModal();
    else if (key.dataset.do === "return") await this.act("return", {}, say(this.hall.words, "phone.back_done"));
    else if (wish(this.hall, key.dataset)) await this.grant(/** @type {import("./phone-rating.js").Wish} */ (wish(this.hall, key.dataset)));
    else {
      this.dialog.close();
      if (key.dataset.do === "cancel-sure") await this.act("cancel", {}, null);
    }
    this.paint();
  }

  /** @param {string} lang */
  speak(lang) {
    this.lang = lang;
    this.chosen = true;
  }

  /** @param {import("./phone-rating.js").Wish} wished */
  async grant({ path, body, done }) {
    const status = await this.act(path, body, done);
    if (path === "rate" && status < 300) this.rated = true;
  }

  /** One act under one key until the server has decided; gives the status of its answer, 999 without one.
   * @param {string} name @param {Record<string, string>} body @param {Text | null} done */
  async act(name, body, done) {
    if (this.busy) return 999;
    const key = newKey();
    this.busy = true;
    this.paint((this.said = say(this.hall.words, "phone.asking")));
    const answer = await untilDecided(() => post(`${this.hall.ticket}/${name}`, this.token, body, key), {
      wanted: () => true,
      pause: (ms) => new Promise((resume) => setTimeout(resume, ms)),
      link: () => {},
    });
    this.busy = false;
    if (answer === null) return 999;
    const { sentence } = answer.status < 300 ? { sentence: null } : asProblem(answer);
    this.said = sentence === null ? done : sentence.zh ? sentence : say(this.hall.words, "phone.refused");
    this.watch?.poke(/** @type {{seq?: number}} */ (answer.body ?? {}).seq ?? 0);
    return answer.status;
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (part(this.root, "dialog"));
  }

  /** @param {unknown} [_changed] what has just been set, for one-line callers */
  paint(_changed) {
    const { hall, lang, place, note, said, lost, old, busy, rated } = this;
    paint(this.root, hall, { lang, place, note, said, lost, old, busy, rated, sound: this.signal.on });
  }
}

customElements.define(
  "yc-ticket",
  class extends HTMLElement {
    connectedCallback() {
      new Phone(this, JSON.parse(document.getElementById("phone-config")?.textContent ?? "{}"));
    }
  },
);
