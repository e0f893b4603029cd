// The board page: the live link fills the parts; nothing here waits for anything.

import { BoardCalls, part, setText } from "./board-calls.js";
import { BoardComing } from "./board-coming.js";
import { announce, quiet, sentences } from "./board-day.js";
import { BoardNotices, BoardRecent, BoardWaiting, say } from "./board-lists.js";
import { BoardMedia } from "./board-media.js";
import { speak, speakerHere } from "./board-voice.js";
import { ScreenPage } from "./screen-page.js";

/** @typedef {import("./board-day.js").Board} Board */

customElements.define("board-calls", BoardCalls);
customElements.define("board-waiting", BoardWaiting);
customElements.define("board-recent", BoardRecent);
customElements.define("board-notices", BoardNotices);
customElements.define("board-coming", BoardComing);
customElements.define("board-media", BoardMedia);

const config = JSON.parse(document.getElementById("board-config")?.textContent ?? "{}");
const { layout, words } = config;
const speech = { languages: config.languages, tags: config.tags };
const calls = /** @type {BoardCalls} */ (part(document.body, "board-calls"));
const waiting = /** @type {BoardWaiting} */ (part(document.body, "board-waiting"));
const recent = /** @type {BoardRecent} */ (part(document.body, "board-recent"));
const notices = /** @type {BoardNotices} */ (part(document.body, "board-notices"));
const stale = part(document.body, "board-stale");
const coming = /** @type {BoardComing | null} */ (document.querySelector("board-coming"));
const media = /** @type {BoardMedia | null} */ (document.querySelector("board-media"));

/** @type {ReturnType<typeof announce>["mark"] | null} */
let mark = null;

prepare();
/** @returns {Record<string, string>} */
const about = () => (voice ? { sound: voice.sounding } : {});
const screen = new ScreenPage({ config, onState: show, onStale: sayStale, quiet, about });
const enrolled = config.zone && screen.token ? { zone: config.zone, token: screen.token } : null;
const speaker = config.zones ? enrolled ?? speakerHere(config.zones) : null;
const voice = speaker && speak(config.zones, speaker);
if (media && voice) media.heard = (film) => voice.sound.carry(film);
tick();
setInterval(tick, 1000);
setInterval(turn, config.pageSeconds * 1000);

function prepare() {
  const side = layout.portrait ? (layout.width - 3 * layout.margin) * 0.56 : layout.width - layout.calls_width - 3 * layout.margin;
  calls.floor = words.floor[speech.languages[0]];
  calls.prepare(layout.rows * layout.columns);
  waiting.prepare(layout.waiting_rows, "waiting-row");
  recent.prepare(layout.recent_rows, "recent-row");
  waiting.speech = notices.speech = speech;
  waiting.room = side / layout.text - 2.6;
  notices.room = (layout.width - 2 * layout.margin) / layout.text / (speech.languages.length > 1 ? 0.72 : 0.84) - 3;
  notices.show([words.hint]);
  if (coming) {
    coming.prepare(layout.coming_fit);
    Object.assign(coming, { words, directions: config.directions, language: speech.languages[0] });
  }
  if (media) {
    media.speech = speech;
    media.prepare(config.media, config.mediaSeconds);
  }
}

/** @param {Board} state */
function show(state) {
  const news = announce(state, mark);
  mark = news.mark;
  calls.show(state, news.calls, performance.now());
  waiting.show(state);
  recent.show(state);
  notices.show(sentences(state, words));
  coming?.show(state.coming);
  if (media) media.notices = state.notices.map(({ text }) => text);
  makeRoom();
}

/** The media area gives way to calls. */
function makeRoom() {
  media?.fit(calls.pages[calls.page].length, layout.rows, layout.columns);
}

function turn() {
  calls.turn(performance.now());
  waiting.turn();
  notices.turn();
  coming?.turn();
  makeRoom();
}

/** @param {import("./board-day.js").Text | null} text */
function sayStale(text) {
  if (text) say(stale, text, speech, notices.room);
  stale.hidden = text === null;
}

function tick() {
  setText(part(document.body, "board-clock time"), screen.clock(screen.now, false));
  const day = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "long", timeZone: config.timezone });
  setText(part(document.body, "board-clock .date"), day.format(screen.now));
  calls.draw(performance.now());
  screen.renew();
}
