// What is being typed, kept by the service and nowhere else.
import { api } from "./api.js";
import { beforeLock } from "./lock.js";
import { useEffect, useRef, useState } from "./ui/html.js";

const WAIT_MS = 600;
const AGAIN_MS = 4000;
const READ_AGAIN_MS = 2000;
/** A request that outlives the page may carry this many bytes at most. */
const KEEPALIVE_BYTES = 60_000;

/** What could not be saved yet, by slot: the journal was locked, or the service away. */
const unsaved = new Map();
/** What was typed before the draft was there, by slot; it waits for it, so that nothing is written over. */
const early = new Map();

/** What a person typed that no service has yet, so that it can be shown where it can't be saved. */
export const unsavedTexts = () => [...early, ...unsaved].filter(([slot, body]) => !/notes|^safety-plan$/.test(slot) && body.trim()).map(([, body]) => body);

/**
 * A draft of the service.
 * @param {string} slot
 * @param {(kept:string, typed:string)=>string} [join] what becomes of both where someone typed before the draft was there
 * @returns {{body:string, ready:boolean, state:"saved"|"typing"|"unsaved", write:(body:string)=>void,
 *   flush:()=>Promise<void>, discard:()=>Promise<void>}}
 */
export function useDraft(slot, join = (_, typed) => typed) {
  const [body, setBody] = useState(unsaved.get(slot) ?? early.get(slot) ?? "");
  const [ready, setReady] = useState(unsaved.has(slot));
  const [state, setState] = useState(unsaved.has(slot) ? "unsaved" : "saved");
  const work = useRef(null);
  work.current ??= keeper(slot, setState);

  const isReady = useRef(unsaved.has(slot));
  function write(next) {
    setBody(next);
    if (isReady.current) work.current.later(next);
    else early.set(slot, next);
  }

  useEffect(() => {
    const { flush } = work.current;
    let gone = false;
    let loading = null;
    const forget = beforeLock(async () => { await loading; await flush(); });
    if (unsaved.has(slot)) flush();
    else loading = load();
    async function load() {
      const kept = await read(slot);
      // What is kept must not be written over unseen.
      if (kept === null) { setTimeout(() => { if (!gone) loading = load(); }, READ_AGAIN_MS); return; }
      work.current.isThere(kept !== "");
      const typed = early.get(slot);
      early.delete(slot);
      isReady.current = true;
      if (typed === undefined) { if (!gone) setBody(unsaved.get(slot) ?? kept); }
      else write(kept ? join(kept, typed) : typed);
      // Where the view is gone by now, nobody else saves it.
      if (gone) flush();
      else setReady(true);
    }
    return () => { gone = true; forget(); flush(); };
  }, [slot]);

  return {
    body, ready, state, write,
    flush: work.current.flush,
    discard: () => { setBody(""); early.delete(slot); return work.current.discard(); },
  };
}

/** One request for those who ask at the same time. */
let asking = null;
const all = () => { asking ??= api("GET", "/drafts").finally(() => { asking = null; }); return asking; };

async function read(slot) {
  try {
    const { data } = await all();
    return data.drafts.find((draft) => draft.slot === slot)?.body ?? "";
  } catch {
    return null;
  }
}

/** Saves one slot: the last text counts, one request at a time. */
function keeper(slot, tell) {
  let timer = null;
  let running = null;
  let isThere = true;
  const path = `/drafts/${encodeURIComponent(slot)}`;

  async function save() {
    clearTimeout(timer);
    if (running) await running;
    if (!unsaved.has(slot)) return;
    const body = unsaved.get(slot);
    running = put(body).finally(() => { running = null; });
    await running;
  }
  async function put(body) {
    try {
      await api("PUT", path, { body: { body }, keepalive: body.length * 3 < KEEPALIVE_BYTES });
      isThere = true;
      if (unsaved.get(slot) === body) {
        unsaved.delete(slot);
        tell("saved");
      }
    } catch {
      tell("unsaved");
      clearTimeout(timer);
      timer = setTimeout(save, AGAIN_MS);
    }
  }
  return {
    isThere: (is) => { isThere = is; },
    later(body) {
      unsaved.set(slot, body);
      tell("typing");
      clearTimeout(timer);
      timer = setTimeout(save, WAIT_MS);
    },
    flush: save,
    async discard() {
      clearTimeout(timer);
      unsaved.delete(slot);
      if (running) await running;
      if (isThere) await api("DELETE", path).catch(() => {});
      isThere = false;
      tell("saved");
    },
  };
}
