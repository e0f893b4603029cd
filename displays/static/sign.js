// The sign of one window: whom it calls, whether it is open, who sits there.

import { part, setText } from "./board-calls.js";
import { STANDS_OUT, facts, signQuiet } from "./sign-day.js";
import { say } from "./board-lists.js";
import { ScreenPage } from "./screen-page.js";

/** @typedef {import("./sign-day.js").Sign} Sign */

const config = JSON.parse(document.getElementById("board-config")?.textContent ?? "{}");
const { layout, words } = config;
const speech = { languages: config.languages, tags: config.tags };
const stale = part(document.body, "board-stale");
/** em that a line beside the window's own field holds */
const room = (layout.width - 2 * layout.margin - (layout.portrait ? 0 : layout.side)) / layout.text / 1.25;
/** @type {number | null} the sequence of the call that is shown; null before the first state */
let shown = null;
let calm = 0;

const screen = new ScreenPage({ config, onState: show, onStale: sayStale, quiet: signQuiet });
setInterval(tick, 1000);

/** @param {Sign} sign */
function show(sign) {
  const { state, number, sentence, staff } = facts(sign, words);
  const body = document.body;
  const seq = state === "called" ? (sign.call?.seq ?? 0) : 0;
  if (seq && seq !== shown) {
    body.toggleAttribute("data-fresh", true);
    body.dataset.announced = String(seq);
    calm = performance.now() + STANDS_OUT;
  }
  if (!seq) body.toggleAttribute("data-fresh", false);
  shown = seq;
  body.dataset.state = state;
  part(body, ".number").hidden = !number;
  setText(part(body, ".number"), number);
  say(part(body, ".say"), sentence, speech, number ? room : room / 1.6);
  say(part(body, ".name"), sign.name, speech);
  part(body, ".staff").hidden = !staff;
  if (staff) say(part(body, ".staff"), staff, speech);
}

/** @param {import("./board-day.js").Text | null} text */
function sayStale(text) {
  if (text) say(stale, text, speech, (layout.width - 2 * layout.margin) / layout.text);
  stale.hidden = text === null;
}

function tick() {
  if (performance.now() > calm) document.body.toggleAttribute("data-fresh", false);
  screen.renew();
}
