/**
 * The kiosk: wraps the page that the server rendered, listens to the live menu, and turns
 * touches into acts. Nothing it waits for keeps a button from answering.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Act} Act
 * @typedef {import("./kiosk-state.js").Menu} Menu
 * @typedef {import("./kiosk-state.js").Taking} Taking
 * @typedef {{menu: Menu, words: import("./kiosk-words.js").Words, paired: string[], live: string,
 *   known?: boolean}} Config
 */

import { guard } from "./kiosk-guard.js";
import { watchIdle } from "./kiosk-idling.js";
import { deviceToken, newKey, postTicket } from "./kiosk-network.js";
import { paint } from "./kiosk-paint.js";
import { part } from "./kiosk-parts.js";
import { forget, remember, remembered } from "./kiosk-pending.js";
import { watchRegistration } from "./kiosk-registered.js";
import { Scroll } from "./kiosk-scroll.js";
import { actOf, after, fresh, untouched } from "./kiosk-state.js";
import { getTicket } from "./kiosk-taking.js";
import { clockTime, say, write } from "./kiosk-words.js";
import { openLink } from "./link.js";

/** A second touch this soon (ms) after the page changed was meant for what stood there before. */
const SETTLES_MS = 350;
/** After this long (ms) without an answer the visitor is told that the link is slow. */
const SLOW_MS = 2500;

class Kiosk {
  /** @param {HTMLElement} root @param {Config} config */
  constructor(root, config) {
    this.root = root;
    this.hall = config;
    this.id = root.dataset.hall ?? "";
    this.first = config.menu.languages[0] ?? "zh";
    this.state = fresh(this.first);
    this.version = config.menu.version;
    /** The server's time minus ours (ms): a machine's own clock is often wrong. */
    this.offset = config.menu.data_at - Date.now();
    /** @type {number | null} the time (ms) of the data while they are old */
    this.staleAt = null;
    this.settling = 0;
    this.checkRegistration = watchRegistration(this.id, (known) => {
      this.hall = { ...this.hall, known };
      this.show();
    });
    root.addEventListener("click", (event) => this.touched(event));
    this.stir = watchIdle({
      untouched: () => untouched(this.state, this.first),
      large: () => this.state.large,
      warn: (left) => this.warn(left),
      over: () => this.act({ do: "wipe", lang: this.first }),
    });
    this.show();
    this.tick();
    setInterval(() => this.tick(), 500);
  }

  /** @param {string} live address of the live menu */
  listen(live) {
    openLink({
      url: live,
      token: deviceToken(),
      onState: (menu) => this.offer(menu),
      onBeat: (dataAt) => (this.offset = dataAt - Date.now()),
      onStale: ({ dataAt }) => this.old(dataAt ?? this.hall.menu.data_at),
      onFresh: () => {
        this.old(null);
        void this.checkRegistration();
      },
    });
  }

  /** @param {Menu} menu */
  offer(menu) {
    this.hall = { ...this.hall, menu };
    const renewed = menu.version !== this.version && sessionStorage.getItem("yichuang.kiosk.version") !== menu.version;
    if (renewed && untouched(this.state, this.first)) {
      sessionStorage.setItem("yichuang.kiosk.version", menu.version);
      location.reload();
    }
    this.show();
  }

  /** @param {Event} event */
  touched(event) {
    const key = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    const act = key instanceof HTMLElement ? actOf(key.dataset, newKey) : null;
    if (act?.do === "wipe") this.act({ ...act, lang: this.first });
    else if (act) this.act(act);
  }

  /** @param {Act} act */
  act(act) {
    const before = this.state;
    this.state = after(before, act);
    if (this.state === before) return;
    if (this.state.taking === null && this.state.receipt === null) forget();
    this.show();
    if (this.state.step !== before.step) this.arrive();
    if (this.state.taking && this.state.taking.key !== before.taking?.key) void this.ask(this.state.taking);
  }

  /** @param {Taking} taking */
  async ask(taking) {
    remember(taking);
    const wanted = () => this.state.taking?.key === taking.key;
    const link = (/** @type {boolean} */ up) => this.act({ do: "link", key: taking.key, up });
    const slow = setTimeout(() => link(false), SLOW_MS);
    const outcome = await getTicket(taking.wish, taking.key, {
      post: (wish, key) => postTicket(this.id, wish, key),
      pause: (ms) => new Promise((done) => setTimeout(done, ms)),
      wanted,
      link,
    });
    clearTimeout(slow);
    if (outcome === null || !wanted()) return;
    this.stir();
    if ("problem" in outcome && [401, 403].includes(outcome.problem.status)) await this.checkRegistration();
    const { key } = taking;
    this.act("receipt" in outcome ? { do: "issued", key, ...outcome } : { do: "refused", key, ...outcome });
  }

  show() {
    const cover = this.root.dataset.covered ?? "";
    paint(this.root, this.hall, this.state);
    if (cover !== this.root.dataset.covered) this.settle();
    const strip = part(this.root, "[data-strip]");
    strip.hidden = this.staleAt === null;
    const time = clockTime(this.staleAt ?? 0, this.hall.menu.timezone, true);
    write(strip, say(this.hall.words, "kiosk.stale", { time }), this.state.lang, []);
  }

  /** A new step stands there: a reader starts at its title, and stray touches miss it. */
  arrive() {
    this.settle();
    part(this.root, `.step[data-step=${this.state.step}] h2`).focus({ preventScroll: true });
    for (const list of this.root.querySelectorAll(".list")) list.scrollTop = 0;
  }

  settle() {
    clearTimeout(this.settling);
    this.root.dataset.settling = "";
    this.settling = setTimeout(() => delete this.root.dataset.settling, SETTLES_MS);
  }

  /** @param {number | null} left seconds until the page is wiped */
  warn(left) {
    const cover = part(this.root, "[data-cover=idle]");
    cover.hidden = left === null;
    const words = say(this.hall.words, "kiosk.idle_left", { n: left ?? 0 });
    write(part(cover, "[data-idle-left]"), words, this.state.lang, []);
  }

  /** @param {number | null} dataAt time (ms) of the newest data when they are old, null when they are not */
  old(dataAt) {
    this.staleAt = dataAt;
    this.show();
  }

  tick() {
    const time = clockTime(Date.now() + this.offset, this.hall.menu.timezone);
    const clock = part(this.root, "[data-clock]");
    if (clock.textContent !== time) clock.textContent = time;
  }
}

customElements.define("yc-scroll", Scroll);
customElements.define(
  "yc-kiosk",
  class extends HTMLElement {
    connectedCallback() {
      /** @type {Config} */
      const config = JSON.parse(document.getElementById("kiosk-config")?.textContent ?? "{}");
      deviceToken();
      guard(document);
      const kiosk = new Kiosk(this, config);
      kiosk.listen(config.live);
      const taking = remembered();
      if (taking) kiosk.act({ do: "resume", taking });
    }
  },
);
