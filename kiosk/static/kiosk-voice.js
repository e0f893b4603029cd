/**
 * Spoken prompts: each step and each button the keypad comes to is said, and shown in large letters, too,
 * so that a machine without a voice still helps.
 */

/** What of a state makes another page of it. @type {(keyof import("./kiosk-state.js").State)[]} */
const PARTS = ["step", "lang", "voice", "sheet", "sure", "problem", "guide", "said"];
const VOICES = /** @type {Record<string, string>} */ ({ zh: "zh-CN", ko: "ko-KR", en: "en-GB" });

/** @param {HTMLElement} caption where the words are shown @param {string} text @param {string} lang */
export function speak(caption, text, lang) {
  caption.textContent = text;
  caption.lang = VOICES[lang] ?? lang;
  const voice = globalThis.speechSynthesis;
  if (!voice || !text) return;
  voice.cancel();
  const words = new SpeechSynthesisUtterance(text);
  words.lang = VOICES[lang] ?? lang;
  voice.speak(words);
}

/** @param {HTMLElement} caption */
export function hush(caption) {
  caption.textContent = "";
  globalThis.speechSynthesis?.cancel();
}

/** What a step says of itself: its title, and how the keypad goes on.
 * @param {HTMLElement} root @param {string} keys how the keypad is used */
export function stepWords(root, keys) {
  const cover = [...root.querySelectorAll(".cover")].find((one) => one instanceof HTMLElement && !one.hidden);
  const said = cover ?? root.querySelector(".step:not([hidden]) [data-spoken]") ?? root.querySelector(".step:not([hidden]) h2");
  const number = cover ? "" : (root.querySelector(".step.ticket:not([hidden]) [data-number]")?.textContent ?? "");
  return [[...number].join(" "), textOf(said), keys].filter(Boolean).join("。");
}

/** @param {Element | null} element */
export function textOf(element) {
  const label = element?.getAttribute("aria-label");
  const text = label ?? (element instanceof HTMLElement ? element.innerText : "");
  return text.replace(/\s*\n+\s*/g, "，").trim();
}

/** Says each step and each button that the keypad comes to, while the visitor wants it. */
export class Prompts {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.caption = /** @type {HTMLElement} */ (root.querySelector("[data-caption]"));
  }

  /** @param {import("./kiosk-state.js").State} before @param {import("./kiosk-state.js").State} now
   * @param {import("./kiosk-words.js").Text} keys */
  follow(before, now, keys) {
    this.caption.hidden = !now.voice;
    if (!now.voice) return before.voice ? hush(this.caption) : undefined;
    const same = PARTS.every((name) => before[name] === now[name]);
    if (!same) speak(this.caption, stepWords(this.root, keys[now.lang] ?? keys.zh), now.lang);
  }

  /** @param {HTMLElement} button @param {import("./kiosk-state.js").State} state */
  at(button, state) {
    if (state.voice) speak(this.caption, textOf(button), state.lang);
  }
}
