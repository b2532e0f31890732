// A form whose fields are kept as a draft by the service while it is filled in: a reload, a crash or
// the lock takes nothing away.
import { useDraft } from "../drafts.js";
import { useEffect, useState } from "./html.js";

/**
 * @template {object} F
 * @param {string} slot of the draft
 * @param {() => F} first what it holds before anything is typed
 * @returns {{form:F|null, isDraft:boolean, change:(part:Partial<F>)=>void, discard:()=>Promise<void>}}
 *   `form` is `null` until the draft was read. `isDraft`: something in it is not kept yet.
 */
export function useForm(slot, first) {
  const draft = useDraft(slot);
  const [form, set] = useState(null);
  useEffect(() => {
    if (draft.ready && !form) set({ ...first(), ...parse(draft.body) });
  }, [draft.ready]);
  return {
    form,
    isDraft: draft.body !== "",
    change: (part) => set((now) => {
      const next = { ...now, ...part };
      draft.write(JSON.stringify(next));
      return next;
    }),
    discard: draft.discard,
  };
}

/** What a draft holds, or `null`. @param {string} body */
export function parse(body) {
  try { return body ? JSON.parse(body) : null; } catch { return null; }
}
