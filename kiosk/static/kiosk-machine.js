/**
 * The kiosk: wraps the page that the server rendered, listens to the live menu, and turns
 * touches into acts. Nothing it waits for keeps a button from answering.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Act} Act
 * @typedef {import("./kiosk-state.js").Menu} Menu
 * @typedef {{menu: Menu, words: import("./kiosk-words.js").Words, paired: string[], live: string,
 *   voice: import("./kiosk-voice.js").Voice, known?: boolean, me?: string, catalogue?: import("./kiosk-finding.js").Catalogue | null}} Config
 */

import { Asking } from "./kiosk-asking.js";
import { paintClock, paintIdle, paintNumberLeft, paintStrip } from "./kiosk-frame.js";
import { guard } from "./kiosk-guard.js";
import { watchIdle } from "./kiosk-idling.js";
import { listenToKeys } from "./kiosk-keypad.js";
import { listen } from "./kiosk-live.js";
import { deviceToken, newKey, simulated } from "./kiosk-network.js";
import { paint } from "./kiosk-paint.js";
import { part } from "./kiosk-parts.js";
import { forget, remembered } from "./kiosk-pending.js";
import { readersOf } from "./kiosk-readers.js";
import { watchRegistration } from "./kiosk-registered.js";
import { Scroll } from "./kiosk-scroll.js";
import { onlyNumber } from "./kiosk-slip.js";
import { after, fresh } from "./kiosk-state.js";
import { actOf, askedFirst, typedAct, untouched } from "./kiosk-touches.js";
import { untelling } from "./kiosk-untelling.js";
import { Prompts } from "./kiosk-voice.js";
import { say } from "./kiosk-words.js";

/** A second touch this soon (ms) after the page changed was meant for what stood there before. */
const SETTLES_MS = 350;

class Kiosk {
  /** @param {HTMLElement} root @param {Config} config */
  constructor(root, config) {
    this.root = root;
    this.hall = config;
    this.id = root.dataset.hall ?? "";
    this.first = config.menu.languages[0] ?? "zh";
    this.state = fresh(this.first);
    /** The server's time minus ours (ms): a machine's own clock is often wrong. */
    this.offset = config.menu.data_at - Date.now();
    /** @type {number | null} the time (ms) of the data while they are old */
    this.staleAt = null;
    this.settling = 0;
    this.untell = untelling(root);
    /** How far (px) the step has been paged. */
    this.turned = 0;
    this.checkRegistration = watchRegistration(this.id, (known, me) => {
      this.hall = { ...this.hall, known, me };
      this.show();
    });
    this.asking = new Asking(this);
    this.prompts = new Prompts(root, config.voice);
    root.addEventListener("click", (event) => this.touched(event));
    root.addEventListener("input", (event) => {
      if (event.target instanceof HTMLInputElement) this.act({ do: "typed", text: event.target.value });
    });
    this.readers = readersOf(() => this.ownReaders(), simulated());
    for (const reader of this.readers) reader.start((read) => this.heard(read));
    listenToKeys(root, {
      back: () => this.act({ do: "back" }),
      typed: (key) => this.act(typedAct(this.state, key)),
      at: (button) => this.prompts.at(button, this.state, this.hall.words),
    });
    this.stir = watchIdle({
      untouched: () => untouched(this.state, this.first),
      large: () => this.state.large,
      onlyNumber: () => onlyNumber(root, this.state),
      count: (left) => paintNumberLeft(root, this.hall, this.state.lang, left),
      warn: (left) => {
        paintIdle(root, this.hall, this.state.lang, left);
        this.prompts.idle(left !== null, this.state);
      },
      over: () => this.act({ do: "wipe", lang: this.first }),
    });
    this.show();
    const tick = () => paintClock(root, this.hall, Date.now() + this.offset);
    tick();
    setInterval(tick, 500);
  }

  /** What this kiosk's readers are set to. @returns {import("./kiosk-readers.js").Settings} */
  ownReaders() {
    const own = this.hall.menu.papers.find((paper) => paper.kiosk === this.hall.me);
    return own ?? { prefix: "", suffix: "Enter", cards: 0 };
  }

  /** @param {import("./kiosk-readers.js").Reading} read */
  heard(read) {
    const { words } = this.hall;
    if ("typed" in read) for (const key of read.typed) this.act(typedAct(this.state, key));
    else if ("texts" in read) this.asking.scanned(read.texts);
    else if ("card" in read) this.asking.laid(read.card);
    else this.act(read.there ? null : { do: "card-said", said: say(words, "kiosk.card_reader_down") });
  }

  /** @param {Event} event */
  touched(event) {
    const key = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    const act = key instanceof HTMLElement ? actOf(key.dataset, newKey) : null;
    this.act(act && askedFirst(this.state, act, this.hall.menu));
  }

  /** @param {Act | null} act */
  act(act) {
    const before = this.state;
    if (act === null) return;
    this.state = after(before, act);
    if (this.state === before) return;
    if (this.state.taking === null && this.state.receipt === null) forget();
    if (act.do === "wipe") {
      this.untell();
      this.prompts.hush();
    }
    this.show();
    if (this.state.step !== before.step || this.state.guide !== before.guide) this.arrive();
    this.asking.follow(before, this.state);
    for (const reader of this.readers) reader.look(this.state.card !== "" && !this.state.taking && !this.state.errand);
    if (act.do === "print") void this.asking.print(act);
    this.prompts.follow(before, this.state, this.hall.words);
  }

  show() {
    const cover = this.root.dataset.covered ?? "";
    const main = part(this.root, "main");
    if (cover === "") this.turned = main.scrollTop;
    paint(this.root, this.hall, this.state);
    if (cover !== this.root.dataset.covered) {
      this.settle();
      // Where a step is paged, what lies over it begins at its own top, and the step is then found as it was.
      main.scrollTop = this.root.dataset.covered === "" ? this.turned : 0;
    }
    paintStrip(this.root, this.hall, this.state.lang, this.staleAt);
  }

  /** A new step stands there: a reader starts at its title, and stray touches miss it. */
  arrive() {
    this.settle();
    part(this.root, `.step[data-step=${this.state.step}] h2`).focus({ preventScroll: true });
    this.turned = 0;
    for (const list of this.root.querySelectorAll("main, .list")) list.scrollTop = 0;
  }

  settle() {
    clearTimeout(this.settling);
    this.root.dataset.settling = "";
    this.settling = setTimeout(() => delete this.root.dataset.settling, SETTLES_MS);
  }

  /** @param {number | null} dataAt time (ms) of the newest data when they are old, null when they are not */
  old(dataAt) {
    this.staleAt = dataAt;
    this.show();
  }
}

/** The machine takes over the page that the server rendered. @param {HTMLElement} root */
export function start(root) {
  /** @type {Config} */
  const config = JSON.parse(document.getElementById("kiosk-config")?.textContent ?? "{}");
  deviceToken();
  guard(document);
  customElements.define("yc-scroll", Scroll);
  const kiosk = new Kiosk(root, config);
  listen(kiosk, config.live);
  void navigator.serviceWorker?.register("/kiosk-worker.js", { scope: "/kiosk/" });
  const taking = remembered();
  if (taking) kiosk.act({ do: "resume", taking });
  root.dataset.ready = "";
}
