// The rating pad of one window: asks when a service has ended, one touch, one answer.

import { part, setText } from "./board-calls.js";
import { fill } from "./board-day.js";
import { say } from "./board-lists.js";
import { newKey, post } from "./network.js";
import { THANKS, meaning, phase, spoken } from "./pad-day.js";
import { ScreenPage, TOKEN } from "./screen-page.js";

/** @typedef {import("./pad-day.js").Pad} Pad */

const config = JSON.parse(document.getElementById("pad-config")?.textContent ?? "{}");
const { words } = config;
const body = document.body;
const levels = part(body, ".levels");
/** Between two attempts (ms) to say one answer. */
const AGAIN = 1000;
/** How long (ms) an answer is tried: then the visitor has gone, and nothing is sent behind anybody's back. */
const TRIED = 8000;

/** @type {Pad | null} */
let pad = null;
const done = { rated: "", thanks: 0, language: "zh" };
let busy = false;

const page = new ScreenPage({ config, onState: show, onStale: sayOff, quiet: () => phase(pad, done, performance.now()) === "idle" });
levels.addEventListener("click", touched);
setInterval(() => {
  paint();
  page.renew();
}, 500);
if (!page.token) location.replace(config.device.enrol);
paint();

/** @param {Pad} newer */
function show(newer) {
  pad = newer;
  paint();
}

/** @param {import("./board-day.js").Text | null} text */
function sayOff(text) {
  const off = part(body, ".off");
  off.hidden = text === null;
  if (text) say(off, text, { languages: spoken(pad?.language ?? "zh", text), tags: config.tags });
  paint();
}

/** @param {Event} event */
async function touched(event) {
  const key = event.target instanceof Element ? event.target.closest("button") : null;
  if (!key || busy || pad === null || phase(pad, done, performance.now()) !== "asks") return;
  busy = true;
  const about = pad.ticket;
  done.language = pad.language;
  key.setAttribute("data-chosen", "");
  paint();
  const what = await answered({ ticket: about, level: key.dataset.level ?? "" });
  if (what === "done" || what === "over") done.rated = about;
  if (what === "done") done.thanks = performance.now() + THANKS;
  if (what === "unknown") say(part(body, ".about"), words.unknown, { languages: ["zh"], tags: config.tags });
  key.removeAttribute("data-chosen");
  busy = false;
  paint();
}

/** One answer under one key, until the server has decided or the visitor has gone.
 * @param {{ticket: string, level: string}} said */
async function answered(said) {
  const [key, until] = [newKey(), performance.now() + TRIED];
  for (;;) {
    const what = meaning(await post(config.rate, localStorage.getItem(TOKEN) ?? "", said, key, 3000));
    if (what !== "again" || performance.now() > until) return what;
    await new Promise((resume) => setTimeout(resume, AGAIN));
  }
}

function paint() {
  const now = phase(pad, done, performance.now());
  const asks = now === "asks" && body.dataset.link === "fresh";
  const sentence = asks ? words.asked : now === "thanks" ? words.thanks : words.idle;
  const language = asks ? (pad?.language ?? "zh") : now === "thanks" ? done.language : "zh";
  const speech = { languages: spoken(language, sentence), tags: config.tags };
  body.dataset.phase = asks || now === "thanks" ? now : "idle";
  say(part(body, ".say"), sentence, speech);
  const number = part(body, ".number");
  number.hidden = !asks;
  if (asks) say(number, fill(words.number, { number: pad?.number ?? "" }), { languages: ["zh"], tags: config.tags });
  levels.hidden = !asks;
  part(body, ".about").hidden = !asks;
  if (asks && !busy) say(part(body, ".about"), words.about, speech);
  for (const key of levels.querySelectorAll("button")) {
    key.toggleAttribute("disabled", busy);
    say(part(key, ".level"), words[key.dataset.level ?? ""], speech);
  }
  if (!asks) setText(part(body, ".about"), "");
}
