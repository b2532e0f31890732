// The one way to the service on this machine.
import { foundLocked, change, session } from "./session.js";
import { s } from "./strings.js";

const BASE = "/api/v1";

/** A failure that can be read: `message` says what happened and what to do. */
export class ApiError extends Error {
  /** @param {{status:number, type:string, detail:string, retryAfter?:number|null}} problem */
  constructor({ status, type, detail, retryAfter = null }) {
    super(detail);
    this.status = status;
    /** The last part of the problem's type, such as `busy`. */
    this.type = type;
    /** Seconds after which another try is worth it, or `null`. */
    this.retryAfter = retryAfter;
  }
}

/** The service does not answer. */
export const unreachable = () => new ApiError({ status: 0, type: "unreachable", detail: s.problems.unreachable });

/** Whether a request was given up on purpose. */
export const isAbort = (error) => error?.name === "AbortError";

/** A new name for a creation that must happen once. */
export const newKey = () => crypto.randomUUID();

/**
 * The name of a creation that is kept in a draft beside what it creates, so that a try after a lost reply, or after a reload,
 * has the same name; what was changed meanwhile has another.
 * @param {{key:string, of:string}|undefined} before @param {unknown} body
 * @returns {{key:string, of:string}}
 */
export function keyFor(before, body) {
  const of = JSON.stringify(body);
  return before?.of === of ? before : { key: newKey(), of };
}

/**
 * @typedef {object} Options
 * @property {unknown} [body] becomes JSON; a Blob is sent as it is
 * @property {string} [type] what a Blob is, where it is not JSON
 * @property {string|null} [ifMatch]
 * @property {string} [key] `Idempotency-Key`
 * @property {AbortSignal} [signal]
 * @property {boolean} [keepalive] for what is saved while the page goes away
 * @property {boolean} [lockedIsAnswer] a locked journal does not lead to the unlock view
 * @property {string} [accept]
 * @property {Promise<Response>|null} [asked] where this was asked for already
 */

/**
 * Asks the service for something.
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {Options} [options]
 * @returns {Promise<{status:number, data:any, etag:string|null}>}
 */
export async function api(method, path, options = {}) {
  const response = await send(method, path, options);
  const data = response.status === 204 ? null : await response.json();
  return { status: response.status, data, etag: response.headers.get("etag") };
}

/** As `api`, for a file. @returns {Promise<Blob>} */
export const apiBlob = async (method, path, options = {}) => (await apiFile(method, path, options)).blob;

/** As `api`, for a file under the name that the service gives it. @returns {Promise<{blob:Blob, name:string|null}>} */
export async function apiFile(method, path, options = {}) {
  const response = await send(method, path, options);
  const [, name = null] = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  return { blob: await response.blob(), name };
}

/**
 * Sends a text and hears of the steps as they are known; the last one is returned.
 * @param {string} path
 * @param {unknown} body
 * @param {{onEvent:(name:string, data:any)=>void, signal?:AbortSignal}} options
 * @returns {Promise<any>} what the event `done` holds
 */
export async function apiEvents(path, body, { onEvent, signal }) {
  const response = await send("POST", path, { body, signal, accept: "text/event-stream" });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new ApiError({ status: 0, type: "broke-off", detail: s.problems["broke-off"] });
    rest += value.replaceAll("\r\n", "\n");
    for (let end; (end = rest.indexOf("\n\n")) >= 0; rest = rest.slice(end + 2)) {
      const { name, data } = readEvent(rest.slice(0, end));
      if (data === null) continue;
      if (name === "error") throw problemOf(data.status ?? 500, data, null);
      if (name === "done") {
        reader.cancel().catch(() => {});
        return data;
      }
      onEvent(name, data);
    }
  }
}

function readEvent(block) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return { name, data: data.length ? JSON.parse(data.join("\n")) : null };
}

/**
 * Tries again where the service says that it is worth it, counting the seconds.
 * @template T
 * @param {() => Promise<T>} work
 * @param {{signal?:AbortSignal, onWait?:(seconds:number, error:ApiError)=>void, tries?:number}} [options]
 * @returns {Promise<T>}
 */
export async function withRetry(work, { signal, onWait = () => {}, tries = 30 } = {}) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.retryAfter === null || tried >= tries) throw error;
      for (let left = error.retryAfter; left > 0; left -= 1) {
        onWait(left, error);
        await pause(1000, signal);
      }
      onWait(0, error);
    }
  }
}

/** @param {number} ms @param {AbortSignal} [signal] */
export const pause = (ms, signal) => new Promise((done, fail) => {
  const gaveUp = () => { clearTimeout(timer); fail(signal.reason); };
  if (signal?.aborted) { fail(signal.reason); return; }
  const timer = setTimeout(() => { signal?.removeEventListener("abort", gaveUp); done(); }, ms);
  signal?.addEventListener("abort", gaveUp, { once: true });
});

async function send(method, path, { body, type = "application/json", ifMatch, key, signal, keepalive, lockedIsAnswer, accept, asked }) {
  const headers = { Authorization: `Bearer ${session().token ?? ""}` };
  if (accept) headers.Accept = accept;
  if (ifMatch) headers["If-Match"] = ifMatch;
  if (key) headers["Idempotency-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = type;
  const sent = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  let response;
  try {
    response = await (asked ?? fetch(BASE + path, { method, headers, body: sent, signal, keepalive, cache: "no-store" }));
  } catch (error) {
    if (isAbort(error)) throw error;
    throw unreachable();
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  const problem = problemOf(response.status, told, response.headers.get("retry-after"));
  if (problem.status === 401) change({ stale: true });
  if (problem.type === "journal-locked" && !lockedIsAnswer) foundLocked();
  throw problem;
}

/** A failure that came within an answer. @param {any} told as RFC 9457 has it */
export const asProblem = (told) => problemOf(told.status ?? 0, told, null);

/** The page's own words where it has them: the service's are for programs too. */
function problemOf(status, told, retryAfter) {
  const type = String(told.type ?? "").split("/").pop() || "failed";
  const detail = s.problems[type] ?? told.detail ?? s.problems.failed;
  const seconds = retryAfter === null ? (told.retry_after ?? null) : Number(retryAfter);
  return new ApiError({ status, type, detail, retryAfter: Number.isFinite(seconds) ? seconds : null });
}
