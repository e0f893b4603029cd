/**
 * Requests of any page to the server: with a token, or with the cookie of whoever has signed in.
 *
 * @typedef {{status: number, body: unknown, wait?: number}} Answer `wait`: seconds until it makes sense to ask again
 */

const DEADLINE_MS = 6000;

/** @returns {string} a random UUID; `crypto.randomUUID` exists only where the page came over TLS */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * @param {string} path @param {string} token "" where a cookie says who asks @param {unknown} body
 * @param {string} key the idempotency key @param {number} [deadline] ms
 * @returns {Promise<Answer | null>} null when nobody answered within the deadline
 */
export function post(path, token, body, key, deadline) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  return send(path, token, { method: "POST", headers, body: JSON.stringify(body) }, deadline);
}

/**
 * @param {string} path @param {string} token "" where a cookie says who asks @param {number} [deadline] ms
 * @returns {Promise<Answer | null>} null when nobody answered within the deadline
 */
export function get(path, token, deadline) {
  return send(path, token, { method: "GET", headers: {} }, deadline);
}

/**
 * @param {string} path @param {string} token
 * @param {{method: string, headers: Record<string, string>, body?: string}} request @param {number} [ms]
 * @returns {Promise<Answer | null>}
 */
async function send(path, token, request, ms = DEADLINE_MS) {
  // Not AbortSignal.timeout: visitors' phones are older than the hall's machines.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ms);
  /** @type {Record<string, string>} */
  const vouched = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const response = await fetch(path, {
      ...request,
      headers: { ...request.headers, ...vouched },
      cache: "no-store",
      signal: deadline.signal,
    });
    const wait = Number(response.headers.get("retry-after") ?? 0) || 0;
    return { status: response.status, body: await json(response), wait };
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
