/**
 * The page of a receipt: reads the secret from the address's fragment, and asks how its cases stand, again whenever
 * somebody comes back to it and every few minutes. Cases change by days; nothing here needs a socket.
 *
 * @typedef {import("./receipt-paint.js").Receipt} Receipt
 * @typedef {import("./receipt-paint.js").Hall & {asked: string, ticket: string, lang: string}} Config
 */

import { newKey, post } from "./network.js";
import { paint } from "./receipt-paint.js";

const AGAIN = 120_000;
/** After no answer (ms). */
const SOON = 5_000;

class Page {
  /** @param {HTMLElement} root @param {Config} config */
  constructor(root, config) {
    this.root = root;
    this.config = config;
    this.lang = config.lang;
    /** @type {Receipt | null} */
    this.receipt = null;
    this.gone = false;
    this.silent = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    root.addEventListener("click", (event) => this.touched(event));
    addEventListener("hashchange", () => location.reload());
    for (const name of ["online", "pageshow"]) addEventListener(name, () => void this.look());
    document.addEventListener("visibilitychange", () => document.hidden || void this.look());
    void this.look();
  }

  /** Only what comes before the number that a kiosk reads from the same code. */
  get secret() {
    return location.hash.slice(1).split(".")[0];
  }

  async look() {
    clearTimeout(this.timer);
    const body = { ticket: this.config.ticket, secret: this.secret };
    const answer = this.secret ? await post(this.config.asked, "", body, newKey()) : { status: 404, body: null };
    this.silent = answer === null || answer.status >= 500;
    if (answer && answer.status < 300) {
      this.receipt = /** @type {Receipt} */ (answer.body);
      this.gone = false;
    } else if (!this.silent) this.gone = true;
    this.timer = setTimeout(() => document.hidden || void this.look(), this.silent ? SOON : AGAIN);
    this.paint();
  }

  /** @param {Event} event */
  touched(event) {
    const key = event.target instanceof Element ? event.target.closest("button") : null;
    if (!key?.dataset.lang) return;
    this.lang = key.dataset.lang;
    this.paint();
  }

  paint() {
    const { lang, receipt, gone, silent } = this;
    paint(this.root, this.config, { lang, receipt, gone, silent });
  }
}

customElements.define(
  "yc-receipt",
  class extends HTMLElement {
    connectedCallback() {
      new Page(this, JSON.parse(document.getElementById("receipt-config")?.textContent ?? "{}"));
    }
  },
);
