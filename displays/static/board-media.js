// Pictures, films and notices, where no call needs the room: the free rows of the calls, never more.

import { freeRoom } from "./board-day.js";
import { part } from "./board-calls.js";
import { say } from "./board-lists.js";

/** @typedef {import("./board-day.js").Text} Text */
/** @typedef {import("./board-lists.js").Speech} Speech */

const FILM = /\.(webm|mp4)$/i;

export class BoardMedia extends HTMLElement {
  /** @type {string[]} addresses of pictures and films */
  pictures = [];
  /** @type {Text[]} */
  notices = [];
  /** @type {Speech} */
  speech = { languages: ["zh"], tags: {} };
  place = 0;
  /** @type {Set<string>} what could not be loaded or stood still: left out, the rest goes on */
  broken = new Set();
  /** Takes a film's sound to the loudspeakers of a board that speaks. @type {(film: HTMLMediaElement) => boolean} */
  heard = () => false;
  /** where the film stood at the last turn (s) */
  stood = -1;
  /** how long (ms) a picture or notice is shown */
  each = 0;
  /** @type {any} */
  timer = null;

  /** @param {string[]} pictures @param {number} seconds for which each is shown */
  prepare(pictures, seconds) {
    this.pictures = pictures;
    this.each = seconds * 1000;
    this.wait();
    for (const each of [this.picture, this.film]) {
      each.onerror = () => this.leaveOut(each.getAttribute("src") ?? "");
    }
    this.film.onended = () => this.next();
  }

  get picture() {
    return /** @type {HTMLImageElement} */ (part(this, "img"));
  }

  get film() {
    return /** @type {HTMLVideoElement} */ (part(this, "video"));
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
    if (this.hidden) this.film.pause();
    else this.draw(this.slides[this.place % this.slides.length]);
    if (room === null) return;
    this.style.setProperty("--from-row", String(room.row));
    this.style.setProperty("--from-column", String(room.column));
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.turn(), this.each);
  }

  /** It is time for the next; a film goes on to its end, unless it stands still. */
  turn() {
    const { film } = this;
    if (this.hidden || film.hidden || film.paused) this.next();
    else if (film.currentTime === this.stood) this.leaveOut(film.getAttribute("src") ?? "");
    else this.wait();
    this.stood = film.currentTime;
  }

  next() {
    this.wait();
    const { slides } = this;
    if (!slides.length) this.hidden = true;
    else this.place = (this.place + 1) % slides.length;
    if (this.hidden) this.film.pause();
    else this.draw(slides[this.place]);
  }

  /** @param {string} slide */
  leaveOut(slide) {
    this.broken.add(slide);
    this.next();
  }

  /** @param {string | Text} slide */
  draw(slide) {
    const { picture, film } = this;
    const text = part(this, "p");
    const shown = typeof slide !== "string" ? text : FILM.test(slide) ? film : picture;
    for (const each of [picture, film, text]) each.hidden = each !== shown;
    if (typeof slide !== "string") say(text, slide, this.speech);
    else if (shown.getAttribute("src") !== slide) shown.setAttribute("src", slide);
    if (shown !== film) film.pause();
    else if (film.paused) this.play(film);
    else if (film.muted) film.muted = !this.heard(film); // the loudspeakers may have come since
  }

  /** @param {HTMLVideoElement} film */
  play(film) {
    this.stood = -1;
    film.muted = !this.heard(film);
    // A browser that plays nothing without a gesture plays a film without its sound.
    film.play().catch((error) => {
      if (error.name !== "NotAllowedError" || film.muted) return;
      film.muted = true;
      film.play().catch(() => {});
    });
  }
}
