// How wide a sentence is, and how a long one is cut: pure, so that node tests it.

/** @typedef {import("./board-day.js").Text} Text */

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
