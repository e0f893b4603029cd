// The sound of a board: clips through Web Audio, one after the other, the sound of films held down meanwhile.

/** How long (ms) a clip may take to come, and to go on beyond its own length. */
const FETCH = 5000;
const BEYOND = 1500;
/** How loud films stay while somebody is called, how long (ms) after it, and how fast (s) they give way. */
const DUCKED = 0.15;
const DUCKED_AFTER = 600;
const GIVES_WAY = 0.03;

export class Sound {
  /** @type {AudioContext | null} */
  context = null;
  why = "missing";
  /** @type {{id: string, stop: () => void} | null} what is heard now */
  playing = null;
  /** @type {Promise<unknown>} the end of what was asked for last: nothing overlaps */
  last = Promise.resolve();
  /** @type {GainNode | null} through which the sound of films goes */
  films = null;
  /** @type {WeakSet<HTMLMediaElement>} films whose sound goes there */
  carried = new WeakSet();
  /** @type {any} */
  release = null;
  clock = -1;

  start() {
    try {
      this.context = new AudioContext();
      this.films = this.context.createGain();
      this.films.connect(this.context.destination);
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

  /**
   * Takes the sound of a film to the loudspeakers, so that it gives way to calls.
   * @param {HTMLMediaElement} film
   * @returns {boolean} whether it is heard; a film whose sound nobody takes would stand still with it
   */
  carry(film) {
    const { context, films } = this;
    if (context === null || films === null || context.state !== "running") return false;
    if (!this.carried.has(film)) context.createMediaElementSource(film).connect(films);
    this.carried.add(film);
    return true;
  }

  duck() {
    clearTimeout(this.release);
    this.turnTo(DUCKED);
  }

  unduck() {
    clearTimeout(this.release);
    this.release = setTimeout(() => this.turnTo(1), DUCKED_AFTER);
  }

  /** @param {number} loudness of films */
  turnTo(loudness) {
    this.films?.gain.setTargetAtTime(loudness, this.context?.currentTime ?? 0, GIVES_WAY);
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
