/**
 * Finds the matter that somebody means, while typing: by Chinese words, pinyin and its initials, Korean,
 * English, and by what people call it. Runs in the page, so that it answers with the server gone.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {{id: string, name: Text, category: string, instant: boolean, law: string, conditions: string[],
 *   materials: string[], checklist?: Text[], standard: string, steps: string[], legal_limit: string,
 *   promised_limit: string, fee: string, version: string, heard: [string, string][]}} Guide
 * @typedef {{version: string, guides: Guide[]}} Catalogue
 */

import { jamo, leads } from "./kiosk-hangul.js";
import { spells } from "./kiosk-pinyin.js";

const LEAST = 20;
/** What is said around a matter and names none; a word of its own may hold it (代办). */
const AROUND = /我想|我要|请问|怎么|如何|哪里|想要|需要|办理|一下|一个|[我你要想办去的在个吗呢呀]/g;
const SMALL_WORDS = new Set(["a", "an", "the", "to", "for", "of", "i", "my", "want", "need", "how", "in", "and"]);

/**
 * The guides that a query may mean, the likeliest first.
 * @param {readonly Guide[]} guides @param {string} query as typed
 * @param {string} lang the visitor's language @returns {Guide[]}
 */
export function find(guides, query, lang) {
  const typed = query.normalize("NFKC").toLowerCase().replace(/[\p{P}\p{S}]/gu, " ").replace(/\s+/g, " ").trim();
  if (!typed) return [];
  return guides
    .map((guide, place) => ({ guide, place, score: fit(guide, typed, lang) }))
    .filter(({ score }) => score >= LEAST)
    .sort((one, other) => other.score - one.score || one.place - other.place)
    .map(({ guide }) => guide);
}

/** @param {Guide} guide @param {string} typed @param {string} lang @returns {number} */
function fit(guide, typed, lang) {
  if (/\p{Script=Han}/u.test(typed)) return best(guide.heard, ([text]) => chinese(typed.replaceAll(" ", ""), text.toLowerCase()));
  if (/[ㄱ-ㅎㅏ-ㅣ가-힣]/.test(typed)) return best(names(guide, "ko"), (name) => korean(typed, name));
  const letters = typed.replace(/[^a-z]/g, "");
  const spelled = best(guide.heard, ([, pinyin], place) => spells(letters, pinyin) - (place ? 1 : 0));
  const said = best(names(guide, "en"), (name) => english(typed, name));
  return lang === "en" ? Math.max(said + 8, spelled) : Math.max(spelled + 8, said);
}

/** @template T @param {readonly T[]} list @param {(one: T, place: number) => number} score */
function best(list, score) {
  return list.reduce((most, one, place) => Math.max(most, score(one, place)), 0);
}

/** @param {Guide} guide @param {string} lang */
function names(guide, lang) {
  return [guide.name[lang] ?? "", ...guide.heard.slice(1).map(([text]) => text)].map((name) => name.toLowerCase());
}

/** @param {string} typed @param {string} text @returns {number} */
export function chinese(typed, text) {
  if (text === typed) return 100;
  if (text.startsWith(typed)) return 92;
  if (text.includes(typed)) return 82;
  if (text.length > 1 && typed.includes(text)) return 72 + Math.min(9, text.length);
  const core = typed.replace(AROUND, "");
  if (core !== typed && core.length > 1) return Math.max(0, chinese(core, text) - 4);
  return Math.max(56 * share(twos(typed), text), 34 * share([...typed], text));
}

/** @param {string} text */
function twos(text) {
  return [...text].slice(1).map((char, i) => [...text][i] + char);
}

/** @param {string[]} pieces @param {string} text @returns {number} the part of the pieces that are in a text */
function share(pieces, text) {
  return pieces.length ? pieces.filter((piece) => text.includes(piece)).length / pieces.length : 0;
}

/** @param {string} typed @param {string} name */
function korean(typed, name) {
  const [keys, all] = [jamo(typed), jamo(name)];
  if (!/[가-힣]/.test(name)) return 0;
  if (all.startsWith(keys)) return 92;
  if (` ${all}`.includes(` ${keys}`)) return 86;
  if (name.includes(typed) || (keys.length > 2 && all.replaceAll(" ", "").includes(keys.replaceAll(" ", "")))) return 78;
  if (/^[ㄱ-ㅎ ]+$/.test(typed)) return leads(name).replaceAll(" ", "").includes(typed.replaceAll(" ", "")) ? 70 : 0;
  return 60 * share(typed.split(" ").filter((word) => word.length > 1).map(jamo), all);
}

/** @param {string} typed @param {string} name */
function english(typed, name) {
  const wanted = typed.split(" ").filter((word, _, all) => !SMALL_WORDS.has(word) || all.length === 1);
  const words = name.split(/[^a-z0-9]+/).filter(Boolean);
  if (!wanted.length || !words.length) return 0;
  const found = wanted.filter((word) => words.some((one) => one.startsWith(word) || (one.length > 3 && word.startsWith(one))));
  if (found.length < wanted.length) return (50 * found.length) / wanted.length;
  return 70 + Math.min(20, (20 * found.length) / words.length) + (words[0].startsWith(wanted[0]) ? 5 : 0);
}
