/**
 * Spoken prompts: each step, each button the keypad comes to and what a key has changed is said, and shown in large
 * letters, too, so that a machine without a voice still helps. The steps' own sentences come from the hall's voice
 * where it has them; all else, and everything in a hall without one, is said by the browser.
 *
 * @typedef {{base: string, said: Record<string, string[]>}} Voice the hall's own: where its clips are, and the keys
 *   of the sentences it says, by language
 * @typedef {{key: string, text: string}} Part one thing to say: a sentence by its key, a ticket's `number`, or words
 *   that only the browser can say (`key` is "")
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-words.js").Words} Words
 */

import { inLanguage, say } from "./kiosk-words.js";

/** What of a state makes another page of it. @type {(keyof State)[]} */
const PARTS = ["step", "lang", "voice", "sheet", "sure", "problem", "guide", "card"];
/** What of a state is typed. @type {(keyof State)[]} */
const TYPED = ["query", "number", "code"];
const VOICES = /** @type {Record<string, string>} */ ({ zh: "zh-CN", ko: "ko-KR", en: "en-GB" });
export const NUMBER = "number";

/** The clip of the hall's voice that says a part; "" when it has none.
 * @param {Voice} voice @param {string} lang @param {Part} part */
export function clipOf(voice, lang, { key, text }) {
  const said = voice.said[lang] ?? [];
  if (key === NUMBER && said.length > 0) return `${voice.base}/${lang}/numbers/${encodeURIComponent(text)}.wav`;
  return said.includes(key) ? `${voice.base}/${lang}/prompts/${key}.wav` : "";
}

/**
 * A text for the browser's voices: words of another script than the page's language by the voice that can read them.
 * @param {string} text @param {string} lang @returns {{text: string, lang: string}[]}
 */
export function byVoices(text, lang) {
  /** @type {{text: string, lang: string}[]} */
  const runs = [];
  for (const letter of text) {
    const last = runs.at(-1);
    const of = /\p{sc=Han}/u.test(letter) ? "zh" : /\p{sc=Hangul}/u.test(letter) ? "ko" : /\p{L}/u.test(letter) ? lang : (last?.lang ?? lang);
    if (last?.lang === of) last.text += letter;
    else runs.push({ text: letter, lang: of });
  }
  return runs;
}

/** What a step says of itself: its title and what is told on it, or what the cover over it says.
 * @param {HTMLElement} root @returns {Part[]} */
function toldOn(root) {
  const cover = [...root.querySelectorAll(".cover")].find((one) => one instanceof HTMLElement && !one.hidden);
  const told = (cover ?? stepOf(root)).querySelectorAll(cover ? "h2, p" : "h2, [data-aloud]");
  return [...told].filter((one) => one.checkVisibility()).map(partOf).filter(({ text }) => text);
}

/** The number of the ticket that a step shows. @param {HTMLElement} root @returns {Part} */
function numberOn(root) {
  return { key: NUMBER, text: (root.dataset.covered ? null : stepOf(root).querySelector(".number")?.textContent) ?? "" };
}

/** @param {HTMLElement} root */
function stepOf(root) {
  return /** @type {HTMLElement} */ (root.querySelector(".step:not([hidden])"));
}

/** A sentence of the page, by its key where it has one. @param {Element} element @returns {Part} */
function partOf(element) {
  const named = element.matches("[data-saying]") ? element : (element.querySelector("[data-say]") ?? element);
  const key = named.getAttribute("data-saying") ?? named.getAttribute("data-say") ?? "";
  return { key: key.replace(/^kiosk\./, ""), text: textOf(element) };
}

/** What stands on an element, in the visitor's language where it stands there in two. @param {Element | null} element */
function textOf(element) {
  const label = element?.getAttribute("aria-label");
  if (label || !element) return label ?? "";
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const phrases = [];
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    const other = parent?.closest(".pair-first")?.nextElementSibling?.matches(".pair-second");
    if (parent?.checkVisibility() && !other) phrases.push(texts.currentNode.textContent?.trim() ?? "");
  }
  return phrases.filter(Boolean).join("，");
}

/** What is being typed, letter by letter unless it is words. @param {State} state */
function typedText({ query, number, code, field }) {
  const typed = query || (field === "code" ? code : number);
  return /^[\x20-\x7f]*$/.test(typed) ? [...typed].join(" ") : typed;
}

/** Says each step, each button that the keypad comes to and what a key has changed, while the visitor wants it. */
export class Prompts {
  /** @param {HTMLElement} root @param {Voice} voice */
  constructor(root, voice) {
    this.root = root;
    this.voice = voice;
    this.caption = /** @type {HTMLElement} */ (root.querySelector("[data-caption]"));
    this.clip = new Audio();
    this.covered = "";
    /** What has been told on this page. @type {string[]} */
    this.told = [];
    this.warned = false;
    /** Where the keypad stands, and whether that is chosen. @type {{button: Element | null, on: string | null}} */
    this.stands = { button: null, on: null };
    globalThis.speechSynthesis?.getVoices(); // they are brought when they are asked for
  }

  /** Nobody has touched anything for long: the question is asked aloud, too.
   * @param {boolean} warns @param {State} state */
  idle(warns, state) {
    const asks = warns && !this.warned && state.voice;
    this.warned = warns;
    if (asks) this.say([{ key: "idle", text: textOf(document.getElementById("cover-idle")) }], state.lang);
  }

  /** @param {State} before @param {State} now @param {Words} words */
  follow(before, now, words) {
    this.caption.hidden = !now.voice;
    const stood = this.stands;
    this.stands = standing();
    if (!now.voice) return before.voice ? this.hush() : undefined;
    const covered = this.root.dataset.covered ?? "";
    const same = covered === this.covered && PARTS.every((name) => before[name] === now[name]);
    this.covered = covered;
    const [told, known] = [toldOn(this.root), this.told];
    this.told = told.map(({ text }) => text);
    if (!same) {
      const [number, keys] = [numberOn(this.root), { key: "said_keys", text: inLanguage(say(words, "kiosk.said_keys"), now.lang) }];
      return this.say([number, ...told, keys], now.lang, [number, ...told.slice(0, 1), keys]);
    }
    const news = told.filter(({ text }) => !known.includes(text));
    const typed = TYPED.some((name) => before[name] !== now[name]) ? [{ key: "", text: typedText(now) }] : [];
    if (news.length || typed.length) return this.say([...typed, ...news], now.lang);
    const { button, on } = this.stands;
    if (button === stood.button && on !== stood.on) this.say([{ key: "", text: textOf(button) }, chosen(on === "true", words, now.lang)], now.lang);
  }

  /** @param {HTMLElement} button @param {State} state @param {Words} words */
  at(button, state, words) {
    this.stands = standing();
    const on = this.stands.on === "true" ? [chosen(true, words, state.lang)] : [];
    if (state.voice) this.say([{ key: "", text: textOf(button) }, ...on], state.lang);
  }

  /** @param {readonly Part[]} all @param {string} lang @param {readonly Part[]} large what of it is shown, too: the rest stands on the page */
  say(all, lang, large = all) {
    this.hush();
    const parts = all.filter(({ text }) => text);
    this.caption.textContent = joined(large.map(spelled).filter(Boolean));
    this.caption.lang = VOICES[lang] ?? lang;
    const clips = parts.map((part) => clipOf(this.voice, lang, part));
    const silent = clips.some(Boolean) && !globalThis.speechSynthesis?.getVoices().length;
    this.play(parts.map((part, i) => ({ text: spelled(part), clip: clips[i] })).filter(({ clip }) => clip || !silent), lang);
  }

  /** One after the other. @param {{text: string, clip: string}[]} parts what has no clip is said by the browser @param {string} lang */
  play(parts, lang) {
    const clip = new Audio();
    this.clip = clip;
    const go = (/** @type {{text: string, clip: string}[]} */ rest) => this.clip === clip && rest.length && this.play(rest, lang);
    const first = parts.findIndex((part) => part.clip);
    if (first !== 0) {
      const words = parts.slice(0, first < 0 ? undefined : first).map(({ text }) => text);
      return speak(joined(words), lang, () => first > 0 && go(parts.slice(first)));
    }
    const [{ text, clip: from }, ...rest] = parts;
    clip.onended = () => go(rest);
    clip.onerror = () => go([{ text, clip: "" }, ...rest]);
    clip.src = from;
    clip.play().catch(() => undefined); // paused before it began, or told by onerror
  }

  hush() {
    this.caption.textContent = "";
    this.caption.removeAttribute("lang");
    const clip = this.clip;
    this.clip = new Audio();
    clip.pause();
    globalThis.speechSynthesis?.cancel();
  }
}

/** Several sentences as one text. @param {string[]} sentences */
function joined(sentences) {
  return sentences.map((one) => (/\p{P}$/u.test(one) ? one : `${one}。`)).join(" ").replace(/。$/, "");
}

/** @param {Part} part a number is said letter by letter */
function spelled({ key, text }) {
  return key === NUMBER ? [...text].join(" ") : text;
}

/** @param {boolean} on @param {Words} words @param {string} lang @returns {Part} */
function chosen(on, words, lang) {
  return { key: "", text: inLanguage(say(words, on ? "kiosk.said_on" : "kiosk.said_off"), lang) };
}

/** The button that has the focus, and whether it is chosen; null where it cannot be. */
function standing() {
  const button = document.activeElement;
  return { button, on: button?.getAttribute("aria-pressed") ?? null };
}

/** @param {string} text @param {string} lang @param {() => void} then */
function speak(text, lang, then) {
  const voice = globalThis.speechSynthesis;
  if (!voice || !text) return then();
  const runs = byVoices(text, lang);
  for (const [i, run] of runs.entries()) {
    const words = new SpeechSynthesisUtterance(run.text);
    words.lang = VOICES[run.lang] ?? run.lang;
    if (i === runs.length - 1) words.onend = words.onerror = then;
    voice.speak(words);
  }
}
