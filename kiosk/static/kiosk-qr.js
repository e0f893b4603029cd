/**
 * The QR code of a ticket's address, laid out by ISO/IEC 18004 and drawn here: drawing it in the server
 * took forty times as long as issuing the ticket.
 */

import { bitsOf, codewords } from "./kiosk-qr-words.js";

const QUIET = 4;
const SVG = "http://www.w3.org/2000/svg";

/** @typedef {{size: number, dark: boolean[][], fixed: boolean[][]}} Grid rows of modules; `fixed` holds no data */

const MASKS = [
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 2,
  (/** @type {number} */ _, /** @type {number} */ y) => y % 2,
  (/** @type {number} */ x) => x % 3,
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 3,
  (/** @type {number} */ x, /** @type {number} */ y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (/** @type {number} */ x, /** @type {number} */ y) => ((x * y) % 2) + ((x * y) % 3),
  (/** @type {number} */ x, /** @type {number} */ y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (/** @type {number} */ x, /** @type {number} */ y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** @param {string} text @returns {boolean[][] | null} rows of modules, true is dark; null when too long */
export function modules(text) {
  const coded = codewords(text);
  if (coded === null) return null;
  const candidates = MASKS.map((_, mask) => laidOut(coded.version, coded.words, mask));
  const penalties = candidates.map(penalty);
  return candidates[penalties.indexOf(Math.min(...penalties))];
}

/** @param {string} text @returns {SVGElement | null} without a size: the stylesheet gives it; null shows none */
export function drawn(text) {
  const rows = text ? modules(text) : null;
  if (rows === null) return null;
  const side = rows.length + 2 * QUIET;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.setAttribute("class", "qr");
  svg.setAttribute("shape-rendering", "crispEdges");
  for (const [d, fill] of [[`M0 0h${side}v${side}H0z`, "#fff"], [path.join(""), "#000"]]) {
    const part = svg.appendChild(document.createElementNS(SVG, "path"));
    part.setAttribute("d", d);
    part.setAttribute("fill", fill);
  }
  return svg;
}

/** @param {number} version @param {number[]} words @param {number} mask */
function laidOut(version, words, mask) {
  const grid = frame(version);
  writeFormat(grid, mask);
  if (version >= 7) writeVersion(grid, version);
  const bits = words.flatMap((word) => bitsOf(word, 8));
  for (const [x, y] of path(grid)) {
    const bit = bits.shift() ?? 0;
    grid.dark[y][x] = (bit === 1) !== (MASKS[mask](x, y) === 0);
  }
  return grid.dark;
}

/** Finders, timing and alignment patterns. @param {number} version @returns {Grid} */
function frame(version) {
  const size = 17 + 4 * version;
  const empty = () => Array.from({ length: size }, () => new Array(size).fill(false));
  /** @type {Grid} */
  const grid = { size, dark: empty(), fixed: empty() };
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(grid, x, y, 4, [0, 1, 3]);
  const last = size - 7;
  const centres = version === 1 ? [] : version < 7 ? [6, last] : [6, (6 + last) / 2, last];
  for (const x of centres) {
    for (const y of centres) if (!grid.fixed[y][x]) square(grid, x, y, 2, [0, 2]);
  }
  for (let at = 8; at < size - 8; at += 1) {
    put(grid, 6, at, at % 2 === 0);
    put(grid, at, 6, at % 2 === 0);
  }
  return grid;
}

/** @param {Grid} grid @param {number} x @param {number} y @param {boolean} dark */
function put(grid, x, y, dark) {
  if (x < 0 || y < 0 || x >= grid.size || y >= grid.size) return;
  grid.dark[y][x] = dark;
  grid.fixed[y][x] = true;
}

/** Rings around a centre, dark where `rings` names them.
 * @param {Grid} grid @param {number} cx @param {number} cy @param {number} radius @param {number[]} rings */
function square(grid, cx, cy, radius, rings) {
  for (let dy = -radius; dy <= radius; dy += 1) {
    for (let dx = -radius; dx <= radius; dx += 1) {
      put(grid, cx + dx, cy + dy, rings.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
}

/** Level M and the mask, twice, with their BCH code. @param {Grid} grid @param {number} mask */
function writeFormat(grid, mask) {
  let rest = mask << 10;
  for (let bit = 14; bit >= 10; bit -= 1) if ((rest >> bit) & 1) rest ^= 0x537 << (bit - 10);
  const bits = bitsOf(((mask << 10) | rest) ^ 0x5412, 15).reverse().map(Boolean);
  const { size } = grid;
  for (let at = 0; at < 15; at += 1) {
    put(grid, 8, at < 6 ? at : at < 8 ? at + 1 : size - 15 + at, bits[at]);
    put(grid, at < 8 ? size - 1 - at : at < 9 ? 7 : 14 - at, 8, bits[at]);
  }
  put(grid, 8, size - 8, true);
}

/** @param {Grid} grid @param {number} version */
function writeVersion(grid, version) {
  let rest = version << 12;
  for (let bit = 17; bit >= 12; bit -= 1) if ((rest >> bit) & 1) rest ^= 0x1f25 << (bit - 12);
  const bits = bitsOf((version << 12) | rest, 18).reverse();
  bits.forEach((bit, at) => {
    const far = grid.size - 11 + (at % 3);
    put(grid, far, Math.floor(at / 3), bit === 1);
    put(grid, Math.floor(at / 3), far, bit === 1);
  });
}

/** The places of the data: two columns at a time from the right, up and down in turn. @param {Grid} grid */
function* path({ size, fixed }) {
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (!fixed[y][x]) yield [x, y];
    }
  }
}

/** How hard a pattern is to read: long runs, blocks, false finders, more dark than light.
 * @param {boolean[][]} rows */
export function penalty(rows) {
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let points = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) points += run.length - 2;
    points += 40 * [...text.matchAll(/(?=00001011101|10111010000)/g)].length;
  }
  for (let y = 1; y < rows.length; y += 1) {
    for (let x = 1; x < rows.length; x += 1) {
      const corner = rows[y][x];
      if (corner === rows[y - 1][x] && corner === rows[y][x - 1] && corner === rows[y - 1][x - 1]) points += 3;
    }
  }
  const dark = rows.flat().filter(Boolean).length / rows.length ** 2;
  return points + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
