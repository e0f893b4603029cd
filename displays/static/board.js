// The board page: the live link fills the parts; nothing here waits for anything.

import { openLink } from "./link.js";
import { BoardCalls, part, setText } from "./board-calls.js";
import { announce, fill, quiet, sentences } from "./board-day.js";
import { BoardNotices, BoardRecent, BoardWaiting, say } from "./board-lists.js";
import { speak, speakerHere } from "./board-voice.js";

/** @typedef {import("./board-day.js").Board} Board */

customElements.define("board-calls", BoardCalls);
customElements.define("board-waiting", BoardWaiting);
customElements.define("board-recent", BoardRecent);
customElements.define("board-notices", BoardNotices);

const config = JSON.parse(document.getElementById("board-config")?.textContent ?? "{}");
const { layout, words } = config;
const speech = { languages: config.languages, tags: config.tags };
const calls = /** @type {BoardCalls} */ (part(document.body, "board-calls"));
const waiting = /** @type {BoardWaiting} */ (part(document.body, "board-waiting"));
const recent = /** @type {BoardRecent} */ (part(document.body, "board-recent"));
const notices = /** @type {BoardNotices} */ (part(document.body, "board-notices"));
const stale = part(document.body, "board-stale");

/** The server's time minus ours (ms): a screen's own clock is often wrong. */
let offset = 0;
/** @type {ReturnType<typeof announce>["mark"] | null} */
let mark = null;
/** @type {Board | null} */
let board = null;

prepare();
openLink({
  url: config.live,
  onState: show,
  onBeat: (dataAt) => (offset = dataAt - Date.now()),
  onStale: ({ dataAt }) => sayStale(dataAt),
  onFresh: () => {
    document.body.dataset.link = "fresh";
    stale.hidden = true;
  },
});
const speaker = config.zones ? speakerHere(config.zones) : null;
if (speaker) speak(config.zones, speaker);
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
}

/** @param {Board} state */
function show(state) {
  const news = announce(state, mark);
  board = state;
  mark = news.mark;
  calls.show(state, news.calls, performance.now());
  waiting.show(state);
  recent.show(state);
  notices.show(sentences(state, words));
}

function turn() {
  calls.turn(performance.now());
  waiting.turn();
  notices.turn();
}

/** @param {number | null} dataAt */
function sayStale(dataAt) {
  document.body.dataset.link = dataAt === null ? "never" : "stale";
  const text = dataAt === null ? words.never : fill(words.stale, { time: clock(dataAt, true) });
  say(stale, text, speech, notices.room);
  stale.hidden = false;
}

/** @param {number} at @param {boolean} seconds @returns {string} the hall's time of day */
function clock(at, seconds) {
  /** @type {Intl.DateTimeFormatOptions} */
  const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: config.timezone };
  return new Intl.DateTimeFormat("zh-CN", seconds ? { ...shape, second: "2-digit" } : shape).format(at);
}

function tick() {
  const now = Date.now() + offset;
  setText(part(document.body, "board-clock time"), clock(now, false));
  const day = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "long", timeZone: config.timezone });
  setText(part(document.body, "board-clock .date"), day.format(now));
  calls.draw(performance.now());
  renew(now);
}

/** Takes a new version of the page at a quiet moment, once for each version. @param {number} now */
async function renew(now) {
  if (board === null || !board.version || board.version === config.version || !quiet(board, now)) return;
  if (document.body.dataset.link !== "fresh" || sessionStorage.getItem("renewed") === board.version) return;
  sessionStorage.setItem("renewed", board.version);
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
  else sessionStorage.removeItem("renewed");
}
