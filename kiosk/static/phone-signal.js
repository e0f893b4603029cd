/**
 * Tells a holder who looks elsewhere that the number is called: by sound once the holder has allowed
 * it with a touch, by vibration where the browser lets a page do so. The picture never depends on it.
 */

/** Three rising pairs: heard in a busy hall, over in two seconds. Hz and start in seconds. */
const CHIME = [0, 0.7, 1.4].flatMap((start) => [
  { tone: 784, start },
  { tone: 1047, start: start + 0.22 },
]);
const BUZZ = [400, 150, 400, 150, 400];

export class Signal {
  constructor() {
    /** @type {AudioContext | null} */
    this.audio = null;
  }

  /** @returns {boolean} whether this phone can ring at all */
  static possible() {
    return typeof AudioContext === "function";
  }

  get on() {
    return this.audio !== null;
  }

  /** Called from a touch, which is what browsers ask for before a page may sound. */
  async toggle() {
    const audio = this.audio;
    if (audio) {
      this.audio = null;
      await audio.close();
      return;
    }
    this.audio = new AudioContext();
    this.chime();
    await this.audio.resume();
  }

  /** A call: sound and vibration as far as they are allowed. */
  ring() {
    this.chime();
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ);
  }

  chime() {
    const audio = this.audio;
    if (audio === null) return;
    for (const { tone, start } of CHIME) {
      const at = audio.currentTime + start;
      const source = new OscillatorNode(audio, { frequency: tone });
      const loud = new GainNode(audio, { gain: 0 });
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(0.6, at + 0.02);
      loud.gain.linearRampToValueAtTime(0, at + 0.2);
      source.connect(loud).connect(audio.destination);
      source.start(at);
      source.stop(at + 0.22);
    }
  }
}
