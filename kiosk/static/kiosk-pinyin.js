/**
 * How well typed letters spell a Chinese name: whole pinyin, initials, or any mixture (getihu, gth, gethu).
 */

/** What is often typed for something else: zh and z, sh and s, ng and n, the v of ü. @type {[RegExp, string][]} */
const ALIKE = [[/([zcs])h/g, "$1"], [/([aei])ng/g, "$1n"], [/ü|v/g, "u"]];
const MOST_SKIPPED = 6;

/** @param {string} letters a-z without spaces @param {string} spelled syllables with spaces between them
 * @returns {number} 0 to 100 */
export function spells(letters, spelled) {
  if (!letters || !spelled) return 0;
  const exact = inOrder(letters, spelled.split(" "));
  if (exact >= 60) return exact;
  return Math.max(exact, inOrder(alike(letters), alike(spelled).split(" ")) - 6);
}

/** @param {string} text */
function alike(text) {
  return ALIKE.reduce((so, [what, by]) => so.replace(what, by), text);
}

/** @param {string} letters @param {string[]} syllables */
function inOrder(letters, syllables) {
  let best = 0;
  for (let start = 0; start < syllables.length; start += 1) {
    const used = following(letters, syllables, start);
    if (used === 0) continue;
    const whole = start === 0 && used === syllables.length;
    const score = (whole ? 96 : start === 0 ? 84 : 70) + Math.min(4, letters.length / (2 * used));
    best = Math.max(best, score);
  }
  return best || skipping(letters, syllables);
}

/** How many syllables from `at` on the letters spell one after the other, 0 if they do not.
 * @param {string} letters @param {string[]} syllables @param {number} at @returns {number} */
function following(letters, syllables, at) {
  if (at >= syllables.length) return 0;
  const most = shared(letters, syllables[at]);
  for (let taken = most; taken >= 1; taken -= 1) {
    if (taken === letters.length) return 1;
    const more = following(letters.slice(taken), syllables, at + 1);
    if (more) return more + 1;
  }
  return 0;
}

/** Letters that leave out what stands between: ge ti … deng ji. @param {string} letters @param {string[]} syllables */
function skipping(letters, syllables) {
  if (letters.length < 3) return 0;
  let rest = letters;
  let skipped = 0;
  let begun = false;
  for (const syllable of syllables) {
    const most = shared(rest, syllable);
    const fits = most === syllable.length || most === rest.length;
    if (fits && most > 0) [rest, begun] = [rest.slice(most), true];
    else if (begun && rest) skipped += 1;
    if (!rest) break;
  }
  return rest || skipped > MOST_SKIPPED ? 0 : 50 - 3 * skipped;
}

/** @param {string} one @param {string} other @returns {number} how many letters they begin with alike */
function shared(one, other) {
  let n = 0;
  while (n < one.length && n < other.length && one[n] === other[n]) n += 1;
  return n;
}
