// What a board shows, worked out from its state: pure, so that node tests it.

/** @typedef {Record<string, string>} Text */
/**
 * @typedef {object} Call
 * @property {number} seq
 * @property {string} number
 * @property {number} window
 * @property {number} at
 * @property {number} times
 * @property {string} state called, serving, past or wait
 * @property {string} floor
 * @property {string} area
 */
/** @typedef {{category: string, name: Text, waiting: number, windows: number, paused: boolean}} Queue */
/** @typedef {{text: Text, at: number}} Notice */
/**
 * @typedef {object} Board
 * @property {"board"} type
 * @property {Text} hall
 * @property {number} seq
 * @property {number} data_at
 * @property {Call[]} current
 * @property {Call[]} recent
 * @property {Queue[]} queues
 * @property {Notice[]} notices
 * @property {string} version
 */

/** A call older than this (ms) is shown, but no longer announced. */
export const TOO_OLD = 60_000;
/** While a call is younger than this (ms) the hall is busy with it: no reload. */
export const QUIET_AFTER = 20_000;

/**
 * The present calls in the order shown: those who must come now before those being
 * served, the newest first in each.
 * @param {Board} board
 * @returns {Call[]}
 */
export function inOrder(board) {
  /** @param {Call} call */
  const rank = (call) => (call.state === "called" ? 0 : 1);
  return [...board.current].sort((a, b) => rank(a) - rank(b) || b.seq - a.seq);
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} size
 * @returns {T[][]} at least one page, every item on exactly one
 */
export function pages(items, size) {
  const found = [];
  for (let start = 0; start < items.length; start += size) found.push(items.slice(start, start + size));
  return found.length ? found : [[]];
}

/**
 * Which calls this screen must announce: those not announced before, young enough, oldest
 * first. A recall has a new sequence and is announced again.
 * @param {Board} board
 * @param {{seq: number, upTo: number} | null} before what `announce` returned for the last board
 * @returns {{calls: Call[], mark: {seq: number, upTo: number}}}
 */
export function announce(board, before) {
  // A state of a smaller sequence is believed only when the log itself starts over.
  const upTo = before === null || board.seq < before.seq ? -1 : before.upTo;
  const calls = board.current
    .filter((call) => call.state === "called" && call.seq > upTo && board.data_at - call.at < TOO_OLD)
    .sort((a, b) => a.seq - b.seq);
  const newest = Math.max(upTo, ...board.current.map((call) => call.seq));
  return { calls, mark: { seq: board.seq, upTo: newest } };
}

/**
 * The sentences of the notice strip, in turn: each is one text by language.
 * @param {Board} board
 * @param {Record<string, Text>} words
 * @returns {Text[]}
 */
export function sentences(board, words) {
  const waits = board.recent.filter((call) => call.state === "wait").map((call) => fill(words.wait, { number: call.number }));
  const notices = board.notices.map((notice) => notice.text);
  const said = [...waits, ...notices];
  return said.length ? said : [words.hint];
}

/**
 * @param {Text} text with {placeholders}
 * @param {Record<string, string>} values
 * @returns {Text}
 */
export function fill(text, values) {
  const filled = Object.entries(text).map(([lang, sentence]) => [
    lang,
    sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole),
  ]);
  return Object.fromEntries(filled);
}

/**
 * About how wide a text is, in em: a Chinese or Korean character is one, others about half.
 * @param {string} text
 * @returns {number}
 */
export function ems(text) {
  let sum = 0;
  for (const letter of text) sum += /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60\u{20000}-\u{3ffff}]/u.test(letter) ? 1 : 0.56;
  return sum;
}

/**
 * Cuts a long sentence into pieces that fit, after punctuation or a space where there is one, of
 * about the same length, so that no single word is left for the last.
 * @param {string} text
 * @param {number} width in em
 * @returns {string[]} at least one piece
 */
export function pieces(text, width) {
  const found = [];
  let rest = [...text];
  const whole = ems(text);
  const aim = Math.min(width, (whole / Math.ceil(whole / width)) * 1.2);
  while (ems(rest.join("")) > width) {
    let end = 0;
    while (end < rest.length && ems(rest.slice(0, end + 1).join("")) <= aim) end++;
    end = Math.max(1, end);
    const cut = Math.max(...["，", "。", "；", "、", "！", "？", " "].map((mark) => rest.lastIndexOf(mark, end - 1)));
    if (cut >= end / 2) end = cut + 1;
    found.push(rest.slice(0, end).join("").trim());
    rest = rest.slice(end);
  }
  const last = rest.join("").trim();
  return last || !found.length ? [...found, last] : found;
}

/**
 * A long text as several that follow each other, the languages in step: a shorter one stays while
 * the longer goes on.
 * @param {Text} text
 * @param {string[]} languages those to show; Chinese where the text has none of them
 * @param {number} width in em
 * @returns {Text[]} at least one
 */
export function inStep(text, languages, width) {
  const langs = languages.filter((lang) => text[lang]);
  const cuts = (langs.length ? langs : ["zh"]).map((lang) => ({ lang, parts: pieces(text[lang], width) }));
  const most = Math.max(...cuts.map(({ parts }) => parts.length));
  return Array.from({ length: most }, (_, i) =>
    Object.fromEntries(cuts.map(({ lang, parts }) => [lang, parts[Math.floor((i * parts.length) / most)]])),
  );
}

/**
 * Whether nobody is being called right now, so that the page may reload.
 * @param {Board} board
 * @param {number} now server's time, ms
 * @returns {boolean}
 */
export function quiet(board, now) {
  return board.current.every((call) => call.state !== "called" || now - call.at > QUIET_AFTER);
}
