// Observes the Web Audio graph of a page: every clip that starts at the loudspeakers, from when to when, and
// its shape, so that a test can say what was heard. `silent` makes a source that never sounds nor ends.
window.heard = [];
window.silent = false;
{
  const arrayBuffer = Response.prototype.arrayBuffer;
  Response.prototype.arrayBuffer = async function () {
    const bytes = await arrayBuffer.call(this);
    bytes.from = new URL(this.url).pathname;
    return bytes;
  };
  const decode = BaseAudioContext.prototype.decodeAudioData;
  BaseAudioContext.prototype.decodeAudioData = async function (bytes) {
    const from = bytes.from;
    const buffer = await decode.call(this, bytes);
    buffer.from = from;
    return buffer;
  };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to === this.context.destination) this.sounds = true;
    return connect.call(this, to, ...more);
  };
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function () {
    if (window.silent) return;
    const { context, buffer } = this;
    const clip = { from: buffer.from, sounds: this.sounds === true, begin: context.currentTime, end: 0, shape: shape(buffer) };
    clip.seconds = buffer.duration;
    window.heard.push(clip);
    this.addEventListener("ended", () => (clip.end = context.currentTime));
    start.call(this);
  };
  const stop = AudioBufferSourceNode.prototype.stop;
  AudioBufferSourceNode.prototype.stop = function () {
    if (!window.silent) stop.call(this);
  };
}

/** How loud a clip is in each of forty stretches of it. */
function shape(buffer) {
  const samples = buffer.getChannelData(0);
  const size = Math.floor(samples.length / 40);
  return Array.from({ length: 40 }, (_, n) => {
    const part = samples.subarray(n * size, (n + 1) * size);
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / size);
  });
}
