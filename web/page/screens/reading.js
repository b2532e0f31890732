// Reading a thought: the steps as they come, tried again while the model is busy, given up at once.
import { ApiError, apiEvents, isAbort, withRetry } from "../api.js";
import { session } from "../session.js";
import { s } from "../strings.js";
import { fill, useEffect, useRef, useState } from "../ui/html.js";

/** Where it is said how a reframe of this reply fits. */
export const feedbackPath = (reply) => `/reframings/${encodeURIComponent(reply.id)}/feedback`;

/** What is waited for, by the problem that says so. */
const WAITS = { busy: s.write.progress.busy, "model-coming": s.write.progress.coming };

const nothing = () => ({ begun: false, text: null, busy: false, words: "", distortions: null, reframes: [], reply: null, error: null, stopped: false, acknowledged: false });

/**
 * @returns {{begun:boolean, text:string|null, busy:boolean, words:string, distortions:any[]|null, reframes:any[], reply:any, error:unknown,
 *   stopped:boolean, acknowledged:boolean, read:(request:any)=>Promise<void>, stop:()=>void, clear:()=>void}}
 */
export function useReading() {
  const [state, set] = useState(nothing);
  const running = useRef(null);
  const stop = () => running.current?.abort();
  useEffect(() => stop, []);

  async function read(request) {
    stop();
    const control = new AbortController();
    running.current = control;
    const update = (change) => { if (running.current === control) set((before) => ({ ...before, ...change(before) })); };
    set({ ...nothing(), begun: true, text: request.text, busy: true, words: s.write.progress.reading, acknowledged: Boolean(request.acknowledges) });
    const onEvent = (name, data) => {
      if (name === "progress") update(() => ({ words: s.write.progress[data.step] ?? s.write.progress.reading }));
      if (name === "distortions") update(() => ({ distortions: data }));
      if (name === "reframe") update((before) => ({ reframes: [...before.reframes, data] }));
    };
    const onWait = (seconds, error) => update(() => ({ words: seconds === 0 ? s.write.progress.reading : fill(WAITS[error.type] ?? s.write.progress.loading, { seconds }) }));
    const body = { ...request, country: session().country ?? undefined };
    try {
      const reply = await withRetry(() => apiEvents("/reframings", body, { onEvent, signal: control.signal }), { signal: control.signal, onWait });
      update(() => ({ busy: false, reply, distortions: reply.distortions, reframes: reply.reframes }));
    } catch (error) {
      if (isAbort(error)) { update(() => ({ busy: false, stopped: true })); return; }
      update(() => ({ busy: false, error: error instanceof ApiError ? error : new ApiError({ status: 0, type: "broke-off", detail: s.problems["broke-off"] }) }));
    }
  }
  return { ...state, read, stop, clear: () => { stop(); running.current = null; set(nothing()); } };
}
