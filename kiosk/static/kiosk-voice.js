/**
 * Spoken prompts: each step and each button the keypad comes to is said, and shown in large letters, too, so that a
 * machine without a voice still helps. The steps' own sentences come from the hall's voice where it has them; all
 * else, and everything in a hall without one, is said by the browser.
 *
 * @typedef {{base: string, said: Record<string, string[]>}} Voice the hall's own: where its clips are, and the keys
 *   of the sentences it says, by language
 * @typedef {{key: string, text: string}} Part one thing to say: a sentence by its key, a ticket's `number`, or words
 *   that only the browser can say (`key` is "")
 */

/** What of a state makes another page of it. @type {(keyof import("./kiosk-state.js").State)[]} */
const PARTS = ["step", "lang", "voice", "sheet", "sure", "problem", "guide", "said", "card"];
const VOICES = /** @type {Record<string, string>} */ ({ zh: "zh-CN", ko: "ko-KR", en: "en-GB" });
export const NUMBER = "number";

/**
 * The clips that say these parts, one after the other; null when the hall's voice lacks one of them.
 * @param {Voice} voice @param {string} lang @param {readonly Part[]} parts @returns {string[] | null}
 */
export function clipsOf(voice, lang, parts) {
  const said = voice.said[lang] ?? [];
  const whole = parts.every(({ key }) => said.includes(key) || (key === NUMBER && said.length > 0));
  if (!whole || parts.length === 0) return null;
  return parts.map(({ key, text }) =>
    key === NUMBER ? `${voice.base}/${lang}/numbers/${encodeURIComponent(text)}.wav` : `${voice.base}/${lang}/prompts/${key}.wav`);
}

/** What a step says of itself: a ticket's number, its title, and how the keypad goes on.
 * @param {HTMLElement} root @param {string} keys how the keypad is used @returns {Part[]} */
export function stepParts(root, keys) {
  const cover = [...root.querySelectorAll(".cover")].find((one) => one instanceof HTMLElement && !one.hidden);
  const title = root.querySelector(".step:not([hidden]) [data-spoken]") ?? root.querySelector(".step:not([hidden]) h2");
  const number = cover ? "" : (root.querySelector(".step.ticket:not([hidden]) [data-number]")?.textContent ?? "");
  const parts = [{ key: NUMBER, text: number }, { key: keyOf(cover ?? title), text: textOf(cover ?? title) },
    { key: "said_keys", text: keys }];
  return parts.filter(({ text }) => text);
}

/** The sentence that a title is; of a cover, the one it is named by. @param {Element | null} element */
function keyOf(element) {
  const named = document.getElementById(element?.getAttribute("aria-labelledby") ?? "") ?? element;
  const key = named?.getAttribute("data-saying") ?? named?.getAttribute("data-say")
    ?? named?.querySelector("[data-say]")?.getAttribute("data-say") ?? "";
  return key.replace(/^kiosk\./, "");
}

/** @param {Element | null} element */
export function textOf(element) {
  const label = element?.getAttribute("aria-label");
  const text = label ?? (element instanceof HTMLElement ? element.innerText : "");
  return text.replace(/\s*\n+\s*/g, "，").trim();
}

/** Says each step and each button that the keypad comes to, while the visitor wants it. */
export class Prompts {
  /** @param {HTMLElement} root @param {Voice} voice */
  constructor(root, voice) {
    this.root = root;
    this.voice = voice;
    this.caption = /** @type {HTMLElement} */ (root.querySelector("[data-caption]"));
    this.clip = new Audio();
    this.covered = "";
    this.warned = false;
  }

  /** Nobody has touched anything for long: the question is asked aloud, too.
   * @param {boolean} warns @param {import("./kiosk-state.js").State} state */
  idle(warns, state) {
    const asks = warns && !this.warned && state.voice;
    this.warned = warns;
    if (asks) this.say([{ key: "idle", text: textOf(document.getElementById("cover-idle")) }], state.lang);
  }

  /** @param {import("./kiosk-state.js").State} before @param {import("./kiosk-state.js").State} now
   * @param {import("./kiosk-words.js").Text} keys */
  follow(before, now, keys) {
    this.caption.hidden = !now.voice;
    if (!now.voice) return before.voice ? this.hush() : undefined;
    const covered = this.root.dataset.covered ?? "";
    const same = covered === this.covered && PARTS.every((name) => before[name] === now[name]);
    this.covered = covered;
    if (!same) this.say(stepParts(this.root, keys[now.lang] ?? keys.zh), now.lang);
  }

  /** @param {HTMLElement} button @param {import("./kiosk-state.js").State} state */
  at(button, state) {
    if (state.voice) this.say([{ key: "", text: textOf(button) }], state.lang);
  }

  /** @param {readonly Part[]} parts @param {string} lang */
  say(parts, lang) {
    this.hush();
    const text = parts.map((part) => (part.key === NUMBER ? [...part.text].join(" ") : part.text)).join("。");
    this.caption.textContent = text;
    this.caption.lang = VOICES[lang] ?? lang;
    const clips = clipsOf(this.voice, lang, parts);
    if (clips) this.play(clips, () => speak(text, lang));
    else speak(text, lang);
  }

  /** @param {string[]} clips @param {() => void} instead where one cannot be had */
  play([first, ...rest], instead) {
    const clip = new Audio(first);
    this.clip = clip;
    clip.onended = () => rest.length && this.clip === clip && this.play(rest, instead);
    clip.onerror = () => this.clip === clip && instead();
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

/** @param {string} text @param {string} lang */
function speak(text, lang) {
  const voice = globalThis.speechSynthesis;
  if (!voice || !text) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = VOICES[lang] ?? lang;
  voice.speak(words);
}
