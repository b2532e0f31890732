// What is typed of a safety plan: a draft of the service where the journal is open, and else the tab's own,
// which asks before it is left.
import { useDraft } from "../drafts.js";
import { parse } from "../ui/form.js";
import { useEffect, useState } from "../ui/html.js";

/** The six steps after Stanley and Brown, in their order; some hold people or places. */
export const STEPS = ["warning_signs", "coping", "distractions", "people", "professionals", "environment"];

/** @typedef {{texts:Record<string,string>, at:number, readable:boolean|null, etag:string|null}} PlanDraft */

/** @type {PlanDraft|null} */
let inTab = null;
const ask = (event) => { event.preventDefault(); event.returnValue = ""; };
function hold(next) {
  if (next && !inTab) addEventListener("beforeunload", ask);
  if (!next) removeEventListener("beforeunload", ask);
  inTab = next;
}

/** A draft that this page wrote, or `null`. @returns {PlanDraft|null} */
function whole(found) {
  if (!found?.texts || typeof found.texts !== "object") return null;
  const texts = Object.fromEntries(STEPS.map((step) => [step, typeof found.texts[step] === "string" ? found.texts[step] : ""]));
  return { texts, at: Math.min(Math.max(Number(found.at) || 0, 0), STEPS.length), readable: found.readable ?? null, etag: found.etag ?? null };
}

/** The lines of both, each once. @param {Record<string,string>} first @param {Record<string,string>} second */
export const joined = (first, second) => Object.fromEntries(STEPS.map((step) => [step, [...new Set([...first[step].split("\n"), ...second[step].split("\n")].filter((line) => line.trim()))].join("\n")]));

/** With the journal open. @returns {{draft:PlanDraft|null, ready:boolean, write:(next:PlanDraft)=>void, discard:()=>Promise<void>}} */
export function useKeptDraft() {
  const { body, ready, write, discard } = useDraft("safety-plan");
  const draft = whole(parse(body));
  const save = (next) => write(JSON.stringify(next));
  useEffect(() => {
    if (!ready || !inTab) return;
    // What was typed while the journal was shut comes into it.
    save(draft ? { ...inTab, texts: joined(draft.texts, inTab.texts) } : inTab);
    hold(null);
  }, [ready]);
  return { draft, ready, write: save, discard };
}

/** Without an open journal. @returns {ReturnType<typeof useKeptDraft>} */
export function useTabDraft() {
  const [draft, set] = useState(inTab);
  return {
    draft, ready: true,
    write: (next) => { hold(next); set(next); },
    discard: async () => { hold(null); set(null); },
  };
}
