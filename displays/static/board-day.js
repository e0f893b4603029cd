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
/** @typedef {{number: string, windows: number[], floor: string, area: string}} Next */
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
 * @property {Next[]} coming
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
 * Whether nobody is being called right now, so that the page may reload.
 * @param {Board} board
 * @param {number} now server's time, ms
 * @returns {boolean}
 */
export function quiet(board, now) {
  return board.current.every((call) => call.state !== "called" || now - call.at > QUIET_AFTER);
}

/**
 * The room that a page's calls leave free: the cells from a row and column on (from 1), or null when
 * fewer than two rows are free. Calls fill the first column before the second.
 * @param {number} calls
 * @param {number} rows
 * @param {number} columns
 * @returns {{row: number, column: number} | null}
 */
export function freeRoom(calls, rows, columns) {
  const used = Math.ceil(calls / rows);
  if (used < columns && calls > 0) return { row: 1, column: used + 1 };
  const inLast = calls - (columns - 1) * rows;
  const free = calls === 0 ? rows : rows - inLast;
  return free >= 2 ? { row: rows - free + 1, column: calls === 0 ? 1 : columns } : null;
}

/**
 * Where a number must go, seen from this screen: by its area, else by its floor.
 * @template {string} D
 * @param {Next} next
 * @param {Record<string, D>} directions
 * @returns {D | undefined}
 */
export function way(next, directions) {
  return directions[next.area] ?? directions[next.floor];
}
