// People waiting, earlier calls, and the strip of notices: small lists that take turns.

import { pages } from "./board-day.js";
import { ems, inStep } from "./board-text.js";
import { copyOf, part, setText } from "./board-calls.js";

/** @typedef {import("./board-day.js").Board} Board */
/** @typedef {import("./board-day.js").Call} Call */
/** @typedef {import("./board-day.js").Queue} Queue */
/** @typedef {import("./board-day.js").Text} Text */
/** @typedef {{languages: string[], tags: Record<string, string>}} Speech */

/**
 * One text in the board's languages, each in an element of its own.
 * @param {Element} element
 * @param {Text} text
 * @param {Speech} speech
 * @param {number} [width] em that one line holds; a longer one is set smaller
 */
export function say(element, text, speech, width = Infinity) {
  const said = speech.languages.filter((lang) => text[lang]);
  const langs = said.length ? said : ["zh"];
  const key = langs.map((lang) => text[lang]).join("\n");
  if (element.getAttribute("data-said") === key) return;
  element.setAttribute("data-said", key);
  element.replaceChildren(
    ...langs.map((lang, place) => {
      const span = document.createElement("span");
      span.lang = speech.tags[lang] ?? lang;
      span.textContent = text[lang];
      const room = place ? width / 0.6 : width;
      span.style.setProperty("--fit", String(Math.max(0.55, Math.min(1, room / ems(text[lang])))));
      return span;
    }),
  );
}

class BoardList extends HTMLElement {
  size = 1;
  page = 0;
  /** @type {any[][]} */
  pages = [[]];

  /** @param {number} size @param {string} template */
  prepare(size, template) {
    this.size = size;
    part(this, "ol").replaceChildren(...Array.from({ length: size }, () => copyOf(template)));
    for (const row of this.rows) row.hidden = true;
  }

  get rows() {
    return /** @type {HTMLElement[]} */ ([...part(this, "ol").children]);
  }

  turn() {
    this.page = (this.page + 1) % this.pages.length;
    this.draw();
  }

  draw() {
    this.page = Math.min(this.page, this.pages.length - 1);
    this.rows.forEach((row, place) => {
      const item = this.pages[this.page][place];
      row.hidden = item === undefined;
      if (item !== undefined) this.fillRow(row, item);
    });
    const dots = this.querySelector(".dots");
    if (dots) dots.textContent = this.pages.length > 1 ? `${this.page + 1}/${this.pages.length}` : "";
  }

  /** @param {HTMLElement} _row @param {any} _item */
  fillRow(_row, _item) {}
}

export class BoardWaiting extends BoardList {
  /** @type {Speech} */
  speech = { languages: ["zh"], tags: {} };
  /** em a name has */
  room = Infinity;

  /** @param {Board} board */
  show(board) {
    this.pages = pages(board.queues, this.size);
    this.draw();
  }

  /** @override @param {HTMLElement} row @param {Queue} queue */
  fillRow(row, queue) {
    row.dataset.category = queue.category;
    say(part(row, ".name"), queue.name, this.speech, queue.paused ? this.room - 2.4 : this.room);
    part(row, ".badge").hidden = !queue.paused;
    setText(part(row, "b"), String(queue.waiting));
  }
}

export class BoardRecent extends BoardList {
  /** @param {Board} board */
  show(board) {
    this.pages = [board.recent.slice(0, this.size)];
    this.draw();
  }

  /** @override @param {HTMLElement} row @param {Call} call */
  fillRow(row, call) {
    const waits = call.state === "wait";
    row.dataset.number = call.number;
    row.dataset.state = call.state;
    setText(part(row, ".number"), call.number);
    part(row, ".badge").hidden = !waits;
    part(row, "b").hidden = waits;
    setText(part(row, "b"), String(call.window));
  }
}

export class BoardNotices extends HTMLElement {
  /** @type {Speech} */
  speech = { languages: ["zh"], tags: {} };
  /** em one line holds */
  room = 20;
  /** @type {Text[]} */
  queue = [];
  place = 0;

  /** @param {Text[]} sentences */
  show(sentences) {
    const before = JSON.stringify(this.queue);
    this.queue = sentences.flatMap((text) => inStep(text, this.speech.languages, this.room));
    if (JSON.stringify(this.queue) !== before) this.place = 0;
    this.draw();
  }

  turn() {
    this.place = (this.place + 1) % Math.max(1, this.queue.length);
    this.draw();
  }

  draw() {
    const text = this.queue[this.place];
    if (text) say(this, text, this.speech);
  }
}
