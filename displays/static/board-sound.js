// The sound of a board: clips through Web Audio, one after the other, other sounds of the page held down meanwhile.

/** How long (ms) a clip may take to come, and to go on beyond its own length. */
const FETCH = 5000;
const BEYOND = 1500;
/** How loud pictures and films stay while somebody is called, and how long (ms) after it. */
const DUCKED = 0.15;
const DUCKED_AFTER = 600;

export class Sound {
  /** @type {AudioContext | null} */
  context = null;
  why = "missing";
  /** @type {{id: string, stop: () => void} | null} what is heard now */
  playing = null;
  /** @type {Promise<unknown>} the end of what was asked for last: nothing overlaps */
  last = Promise.resolve();
  /** @type {Map<HTMLMediaElement, number>} how loud each was before */
  ducked = new Map();
  /** @type {any} */
  release = null;
  clock = -1;

  start() {
    try {
      this.context = new AudioContext();
    } catch {
      this.why = "missing";
    }
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => this.wake());
    this.wake();
  }

  wake() {
    // Without a gesture a browser may never answer; with one it does at once.
    this.context?.resume?.().catch(() => {});
  }

  /** Looks, once in a few seconds, whether there is sound. @returns {string} "on", or why there is none */
  state() {
    if (this.context === null) return this.why;
    if (this.context.state !== "running") {
      this.wake();
      return "blocked";
    }
    const stood = this.context.currentTime === this.clock;
    this.clock = this.context.currentTime;
    return stood ? "hung" : "on";
  }

  /**
   * Plays a clip to its end, after what is under way.
   * @param {string} id @param {string} url
   * @returns {Promise<string>} "done", "hushed", or what went wrong
   */
  play(id, url) {
    const turn = this.last.then(() => this.heard(id, url));
    this.last = turn;
    return turn;
  }

  /** @param {string} id @param {string} url @returns {Promise<string>} */
  async heard(id, url) {
    const context = this.context;
    if (context === null || context.state !== "running") return "blocked";
    let stopped = false;
    /** @type {AudioBufferSourceNode | null} */
    let source = null;
    this.playing = {
      id,
      stop: () => {
        stopped = true;
        source?.stop();
      },
    };
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH) });
      if (!answer.ok) return `clip: ${answer.status}`;
      const buffer = await context.decodeAudioData(await answer.arrayBuffer());
      if (stopped) return "hushed";
      source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(context.destination);
      this.duck();
      const ended = await endOf(source, buffer.duration * 1000 + BEYOND);
      return stopped ? "hushed" : ended;
    } catch (error) {
      return `clip: ${error}`;
    } finally {
      source?.disconnect();
      this.playing = null;
      this.unduck();
    }
  }

  /** Breaks off an utterance, "" whichever is heard. @param {string} id */
  hush(id) {
    if (id === "" || this.playing?.id === id) this.playing?.stop();
  }

  duck() {
    clearTimeout(this.release);
    for (const media of /** @type {NodeListOf<HTMLMediaElement>} */ (document.querySelectorAll("audio, video"))) {
      if (this.ducked.has(media)) continue;
      this.ducked.set(media, media.volume);
      media.volume *= DUCKED;
    }
  }

  unduck() {
    clearTimeout(this.release);
    this.release = setTimeout(() => {
      for (const [media, volume] of this.ducked) media.volume = volume;
      this.ducked.clear();
    }, DUCKED_AFTER);
  }
}

/** @param {AudioBufferSourceNode} source @param {number} patience ms @returns {Promise<string>} */
function endOf(source, patience) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      source.onended = null;
      source.stop();
      resolve("hung");
    }, patience);
    source.onended = () => {
      clearTimeout(timer);
      resolve("done");
    };
    source.start();
  });
}
