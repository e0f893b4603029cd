/**
 * The codewords of a QR code (ISO/IEC 18004): an address in UTF-8 with its error correction M, ready to
 * be laid out. Versions 1 to 10, which hold 213 bytes: several times a ticket's address.
 */

/** Of each version: all codewords, correction words in a block, blocks (ISO/IEC 18004, table 9, level M). */
const VERSIONS = [
  [26, 10, 1], [44, 16, 1], [70, 26, 1], [100, 18, 2], [134, 24, 2],
  [172, 16, 4], [196, 18, 4], [242, 22, 4], [292, 22, 5], [346, 26, 5],
];
const BYTE_MODE = 4;
const PADS = [0xec, 0x11];

/**
 * @param {string} text
 * @returns {{version: number, words: number[]} | null} null when the text is too long
 */
export function codewords(text) {
  const bytes = new TextEncoder().encode(text);
  const index = VERSIONS.findIndex(([all, correction, blocks], at) =>
    8 * (all - correction * blocks) >= 4 + lengthBits(at + 1) + 8 * bytes.length);
  if (index < 0) return null;
  const [all, correction, blocks] = VERSIONS[index];
  const data = packed(bytes, lengthBits(index + 1), all - correction * blocks);
  return { version: index + 1, words: interleaved(data, correction, blocks) };
}

/** @param {number} version */
function lengthBits(version) {
  return version < 10 ? 8 : 16;
}

/** Mode, length, bytes, end mark, and pads up to the capacity.
 * @param {Uint8Array} bytes @param {number} width of the length in bits @param {number} capacity in words */
function packed(bytes, width, capacity) {
  const bits = [...bitsOf(BYTE_MODE, 4), ...bitsOf(bytes.length, width)];
  for (const byte of bytes) bits.push(...bitsOf(byte, 8));
  bits.push(...new Array(Math.min(4, capacity * 8 - bits.length)).fill(0));
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let at = 0; at < bits.length; at += 8) words.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let pad = 0; words.length < capacity; pad += 1) words.push(PADS[pad % 2]);
  return words;
}

/** @param {number} value @param {number} width */
export function bitsOf(value, width) {
  return Array.from({ length: width }, (_, at) => (value >> (width - 1 - at)) & 1);
}

/** The blocks' words in turn, then their correction words in turn; the last blocks are one word longer.
 * @param {number[]} data @param {number} correction @param {number} blocks */
function interleaved(data, correction, blocks) {
  const short = Math.floor(data.length / blocks);
  const longer = data.length % blocks;
  const generator = generatorOf(correction);
  const parts = [];
  for (let block = 0, at = 0; block < blocks; block += 1) {
    const size = short + (block >= blocks - longer ? 1 : 0);
    parts.push(data.slice(at, (at += size)));
  }
  const checks = parts.map((part) => remainder(part, generator));
  return [...inTurn(parts, short + 1), ...inTurn(checks, correction)];
}

/** @param {number[][]} rows @param {number} longest */
function inTurn(rows, longest) {
  const words = [];
  for (let at = 0; at < longest; at += 1) {
    for (const row of rows) if (at < row.length) words.push(row[at]);
  }
  return words;
}

// --- Reed-Solomon over GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 -------------------------

/** @param {number} a @param {number} b */
function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

/** (x - 1)(x - 2)…(x - 2^(degree-1)) without its leading 1, highest power first. @param {number} degree */
function generatorOf(degree) {
  const factors = [...new Array(degree - 1).fill(0), 1];
  for (let step = 0, root = 1; step < degree; step += 1, root = times(root, 2)) {
    for (let at = 0; at < degree; at += 1) {
      factors[at] = times(factors[at], root) ^ (at + 1 < degree ? factors[at + 1] : 0);
    }
  }
  return factors;
}

/** @param {number[]} data @param {number[]} generator */
function remainder(data, generator) {
  const left = new Array(generator.length).fill(0);
  for (const word of data) {
    const factor = word ^ left[0];
    left.shift();
    left.push(0);
    generator.forEach((coefficient, at) => (left[at] ^= times(coefficient, factor)));
  }
  return left;
}
