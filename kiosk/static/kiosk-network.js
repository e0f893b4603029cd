/**
 * Requests of a kiosk or a phone to the server, and the device token that vouches for a kiosk.
 *
 * @typedef {import("./kiosk-state.js").Wish} Wish
 * @typedef {import("./kiosk-taking.js").Answer} Answer
 */

const TOKEN = "yichuang.kiosk.token";
const DEADLINE_MS = 6000;

/**
 * The device token comes once in the address's fragment, which no server sees; it is kept
 * here and removed there.
 * @returns {string | undefined}
 */
export function deviceToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) localStorage.setItem(TOKEN, given);
  if (location.hash) history.replaceState(null, "", location.pathname);
  return localStorage.getItem(TOKEN) ?? undefined;
}

/** @returns {string} a random UUID; `crypto.randomUUID` exists only where the page came over TLS */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * @param {string} hall @param {Wish} wish @param {string} key
 * @returns {Promise<Answer | null>} null when nobody answered within the deadline
 */
export function postTicket(hall, wish, key) {
  const place = "code" in wish ? "check-ins" : "tickets";
  return post(`/api/halls/${encodeURIComponent(hall)}/${place}`, deviceToken() ?? "", wish, key);
}

/**
 * @param {string} path @param {string} token @param {unknown} body @param {string} key
 * @returns {Promise<Answer | null>} null when nobody answered within the deadline
 */
export function post(path, token, body, key) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  return send(path, token, { method: "POST", headers, body: JSON.stringify(body) });
}

/**
 * @param {string} path @param {string} token
 * @returns {Promise<Answer | null>} null when nobody answered within the deadline
 */
export function get(path, token) {
  return send(path, token, { method: "GET", headers: {} });
}

/**
 * @param {string} path @param {string} token
 * @param {{method: string, headers: Record<string, string>, body?: string}} request
 * @returns {Promise<Answer | null>}
 */
async function send(path, token, request) {
  // Not AbortSignal.timeout: visitors' phones are older than the hall's machines.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), DEADLINE_MS);
  try {
    const response = await fetch(path, {
      ...request,
      headers: { ...request.headers, Authorization: `Bearer ${token}` },
      cache: "no-store",
      signal: deadline.signal,
    });
    return { status: response.status, body: await json(response) };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A body that is no JSON (a proxy's error page) counts as empty; the status still says what happened.
 * @param {Response} response @returns {Promise<unknown>} */
async function json(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
