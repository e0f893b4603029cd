/** Korean as it is typed key by key: jamo become syllables for the eye and single jamo for searching. */

const LEADS = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
const VOWELS = [..."ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"];
const FINALS = ["", ..."ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"];
/** Jamo that are typed with two keys. @type {Record<string, string>} */
const PARTS = {
  ㅘ: "ㅗㅏ", ㅙ: "ㅗㅐ", ㅚ: "ㅗㅣ", ㅝ: "ㅜㅓ", ㅞ: "ㅜㅔ", ㅟ: "ㅜㅣ", ㅢ: "ㅡㅣ",
  ㄳ: "ㄱㅅ", ㄵ: "ㄴㅈ", ㄶ: "ㄴㅎ", ㄺ: "ㄹㄱ", ㄻ: "ㄹㅁ", ㄼ: "ㄹㅂ", ㄽ: "ㄹㅅ", ㄾ: "ㄹㅌ", ㄿ: "ㄹㅍ",
  ㅀ: "ㄹㅎ", ㅄ: "ㅂㅅ",
};
const WHOLE = Object.fromEntries(Object.entries(PARTS).map(([whole, parts]) => [parts, whole]));
const FIRST = 0xac00;

const vowel = "[ㅏ-ㅣ]";
const pairs = (/** @type {string[]} */ known) => Object.keys(WHOLE).filter((two) => known.includes(WHOLE[two])).join("|");
/** One syllable of keys: a consonant before the next vowel belongs to the next syllable. */
const SYLLABLE = new RegExp(
  `([${LEADS.join("")}])(${pairs(VOWELS)}|${vowel})((?:${pairs(FINALS)}|[ㄱ-ㅎ])(?!${vowel})|[ㄱ-ㅎ](?!${vowel}))?`,
  "g",
);

/** @param {string} keys jamo in the order of the keys, among other characters @returns {string} as it is written */
export function written(keys) {
  return keys.replace(SYLLABLE, (all, lead, middle, last = "") => {
    const final = FINALS.indexOf(WHOLE[last] ?? last);
    if (final < 0) return written(all.slice(0, -last.length)) + last; // ㄸ, ㅃ and ㅉ end no syllable
    const [l, v] = [LEADS.indexOf(lead), VOWELS.indexOf(WHOLE[middle] ?? middle)];
    return String.fromCodePoint(FIRST + (l * VOWELS.length + v) * FINALS.length + final);
  });
}

/** @param {string} text @returns {string} every syllable as its single jamo, the rest as it is */
export function jamo(text) {
  return [...text].map((char) => [...taken(char)].map((one) => PARTS[one] ?? one).join("")).join("");
}

/** @param {string} text @returns {string} the first consonant of each syllable (초성) */
export function leads(text) {
  return [...text].map((char) => (isSyllable(char) ? taken(char)[0] : char)).join("");
}

/** @param {string} char */
function taken(char) {
  if (!isSyllable(char)) return char;
  const place = /** @type {number} */ (char.codePointAt(0)) - FIRST;
  const rest = Math.floor(place / FINALS.length);
  return LEADS[Math.floor(rest / VOWELS.length)] + VOWELS[rest % VOWELS.length] + FINALS[place % FINALS.length];
}

/** @param {string} char */
function isSyllable(char) {
  return char >= "가" && char <= "힣";
}
