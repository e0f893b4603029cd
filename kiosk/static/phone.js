/**
 * The phone page: reads the secret from the address's fragment, keeps asking where the ticket stands,
 * and lets its holder come back after a missed call or cancel.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./phone-place.js").Place} Place
 * @typedef {{ticket: string, lang: string, languages: string[], timezone: string, credit: number,
 *   words: import("./kiosk-words.js").Words, hall: Text, rules: Text[]}} Config
 */

import { get, newKey, post } from "./kiosk-network.js";
import { asProblem, untilDecided } from "./kiosk-taking.js";
import { clockTime, inLanguage, say, tag, write } from "./kiosk-words.js";
import { callOf, cancellable, changed, told, windowsOf } from "./phone-place.js";
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
    else if (key.dataset.do === "return") await this.act("return", say(this.hall.words, "phone.back_done"));
    else {
      this.dialog.close();
      if (key.dataset.do === "cancel-sure") await this.act("cancel", null);
    }
    this.paint();
  }

  /** @param {string} lang */
  speak(lang) {
    this.lang = lang;
    this.chosen = true;
  }

  /** One act under one key until the server has decided. @param {string} name @param {Text | null} done */
  async act(name, done) {
    if (this.busy) return;
    const key = newKey();
    this.busy = true;
    this.paint((this.said = say(this.hall.words, "phone.asking")));
    const answer = await untilDecided(() => post(`${this.hall.ticket}/${name}`, this.token, {}, key), {
      wanted: () => true,
      pause: (ms) => new Promise((resume) => setTimeout(resume, ms)),
      link: () => {},
    });
    this.busy = false;
    if (answer === null) return;
    const { sentence } = answer.status < 300 ? { sentence: null } : asProblem(answer);
    this.said = sentence === null ? done : sentence.zh ? sentence : say(this.hall.words, "phone.refused");
    this.watch?.poke(/** @type {{seq?: number}} */ (answer.body ?? {}).seq ?? 0);
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.part("dialog"));
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    const found = this.root.querySelector(selector);
    if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
    return found;
  }

  /** @param {unknown} [_changed] what has just been set, for one-line callers */
  paint(_changed) {
    const { words } = this.hall;
    document.documentElement.lang = tag(this.lang);
    for (const key of this.root.querySelectorAll("[data-lang]")) {
      key.setAttribute("aria-pressed", String(key instanceof HTMLElement && key.dataset.lang === this.lang));
    }
    for (const element of this.root.querySelectorAll("[data-say]")) {
      write(element, say(words, element.getAttribute("data-say") ?? ""), this.lang, []);
    }
    this.write("[data-hall]", this.hall.hall);
    this.paintStrip();
    if (this.lost) this.paintLost();
    else if (this.place) this.paintPlace(this.place);
    this.write("[data-said]", this.said);
  }

  paintStrip() {
    const { words, timezone } = this.hall;
    const at = this.old?.at ?? null;
    const time = at === null ? "" : clockTime(at, timezone, true);
    const strip = at === null ? say(words, "phone.never") : say(words, "phone.stale", { time });
    this.write("[data-strip]", this.old && !this.lost ? strip : null);
    this.root.toggleAttribute("data-old", this.old !== null);
    const now = this.place && !this.old && !this.lost ? clockTime(this.place.data_at, timezone, true) : null;
    this.write("[data-at]", now === null ? null : say(words, "phone.data_at", { time: now }));
  }

  paintLost() {
    const { words } = this.hall;
    this.root.dataset.state = "lost";
    this.part("[data-number]").textContent = "";
    this.write("[data-category]", null);
    this.write("[data-headline]", say(words, this.lost === 404 ? "phone.lost_ticket" : "phone.lost_secret"));
    this.lines("[data-why]", [say(words, "phone.lost_do")]);
    for (const selector of ["[data-window]", "[data-where]", "[data-note]", "[data-facts]", "[data-do=return]",
      "[data-do=sound]", "[data-do=cancel]"]) this.part(selector).hidden = true;
    document.title = inLanguage(this.hall.hall, this.lang);
  }

  /** @param {Place} place */
  paintPlace(place) {
    const { words } = this.hall;
    const { headline, why, where, window } = told(this.hall, place);
    const open = place.state !== "ended";
    this.root.dataset.state = place.state;
    this.part("[data-number]").textContent = place.number;
    this.write("[data-category]", place.category_name);
    this.write("[data-headline]", headline);
    this.lines("[data-why]", why);
    this.write("[data-where]", where);
    this.write("[data-note]", this.note);
    this.part("[data-window]").hidden = window === null;
    this.part("[data-window-number]").textContent = String(window ?? "");
    this.write("[data-windows]", windowsOf(this.hall, place));
    this.lines("[data-rules]", this.hall.rules);
    this.part("[data-facts]").hidden = !open || place.state === "missed" || place.state === "serving";
    this.part("[data-do=return]").hidden = place.state !== "missed";
    this.part("[data-do=cancel]").hidden = !cancellable(place);
    this.part("[data-do=sound]").hidden = !open || !Signal.possible();
    this.part("[data-do=sound]").setAttribute("aria-pressed", String(this.signal.on));
    this.write("[data-do=sound] span", say(words, this.signal.on ? "phone.sound_on" : "phone.sound"));
    this.write("[data-cancel-sure]", say(words, "phone.cancel_sure", { number: place.number }));
    for (const key of this.root.querySelectorAll("[data-do=return], [data-do=cancel]")) {
      if (key instanceof HTMLButtonElement) key.disabled = this.busy;
    }
    document.title = `${place.number} · ${inLanguage(headline, this.lang)}`;
  }

  /** @param {string} selector @param {Text | null} text null hides it */
  write(selector, text) {
    const element = this.part(selector);
    element.hidden = text === null;
    if (text !== null) write(element, text, this.lang, []);
  }

  /** @param {string} selector @param {readonly Text[]} texts */
  lines(selector, texts) {
    const parent = this.part(selector);
    parent.hidden = texts.length === 0;
    while (parent.children.length > texts.length) parent.lastElementChild?.remove();
    while (parent.children.length < texts.length) parent.append(document.createElement("span"));
    texts.forEach((text, place) => write(parent.children[place], text, this.lang, []));
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
