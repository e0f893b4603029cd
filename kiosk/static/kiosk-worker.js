/**
 * Keeps the kiosk's page on the machine, so that a reload works with the server gone. Where the page comes
 * over TLS or from localhost; elsewhere browsers have no service workers.
 */

const KEPT = "yichuang-kiosk";
const WAIT_MS = 4000;

/** @type {any} */
const worker = self;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const place = new URL(request.url);
  if (request.method !== "GET" || place.origin !== location.origin) return;
  if (place.pathname.startsWith("/static/")) event.respondWith(fromHere(request));
  else if (request.mode === "navigate" || place.pathname.endsWith("/catalogue")) event.respondWith(newest(request));
});

/** A file whose address carries its content never changes. @param {Request} request */
async function fromHere(request) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request.url);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await keep(kept, request.url, answer.clone());
  return answer;
}

/** The server's page while it answers, else the last one it gave. @param {Request} request */
async function newest(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
    if (answer.ok) await keep(kept, request.url, answer.clone());
    if (answer.status < 500) return answer;
    return (await kept.match(request.url)) ?? answer;
  } catch (error) {
    const found = await kept.match(request.url);
    if (found) return found;
    throw error;
  }
}

/** A new version of the files replaces the old one. @param {Cache} kept @param {string} url @param {Response} answer */
async function keep(kept, url, answer) {
  const version = /\/static\/(\w+)\//.exec(url)?.[1];
  if (version) {
    const old = (await kept.keys()).filter((one) => /\/static\/(\w+)\//.exec(one.url)?.[1] !== version && one.url.includes("/static/"));
    await Promise.all(old.map((one) => kept.delete(one)));
  }
  await kept.put(url, answer);
}
