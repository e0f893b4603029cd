// Pictures and notices, where no call needs the room: the free rows of the calls, never more.

import { freeRoom } from "./board-day.js";
import { part } from "./board-calls.js";
import { say } from "./board-lists.js";

/** @typedef {import("./board-day.js").Text} Text */
/** @typedef {import("./board-lists.js").Speech} Speech */

export class BoardMedia extends HTMLElement {
  /** @type {string[]} addresses of pictures */
  pictures = [];
  /** @type {Text[]} */
  notices = [];
  /** @type {Speech} */
  speech = { languages: ["zh"], tags: {} };
  place = 0;
  /** @type {Set<string>} pictures that could not be loaded: left out, the rest goes on */
  broken = new Set();

  /** @param {string[]} pictures */
  prepare(pictures) {
    this.pictures = pictures;
    const picture = /** @type {HTMLImageElement} */ (part(this, "img"));
    picture.onerror = () => {
      this.broken.add(picture.getAttribute("src") ?? "");
      this.turn();
    };
  }

  /** @returns {Array<string | Text>} what takes turns */
  get slides() {
    return [...this.pictures.filter((picture) => !this.broken.has(picture)), ...this.notices];
  }

  /**
   * Takes what the calls leave free; with less than two rows there is no room for a picture.
   * @param {number} calls on the page that is shown
   * @param {number} rows
   * @param {number} columns
   */
  fit(calls, rows, columns) {
    const room = freeRoom(calls, rows, columns);
    this.hidden = room === null || !this.slides.length;
    if (room === null) return;
    if (!this.hidden) this.draw(this.slides[this.place % this.slides.length]);
    this.style.setProperty("--from-row", String(room.row));
    this.style.setProperty("--from-column", String(room.column));
  }

  turn() {
    const { slides } = this;
    if (!slides.length) {
      this.hidden = true;
      return;
    }
    this.place = (this.place + 1) % slides.length;
    this.draw(slides[this.place]);
  }

  /** @param {string | Text} slide */
  draw(slide) {
    const [picture, text] = [/** @type {HTMLImageElement} */ (part(this, "img")), part(this, "p")];
    picture.hidden = typeof slide !== "string";
    text.hidden = !picture.hidden;
    if (typeof slide !== "string") say(text, slide, this.speech);
    else if (picture.getAttribute("src") !== slide) picture.setAttribute("src", slide);
  }
}
