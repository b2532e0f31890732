// Insight: what was kept, over time. The service looks and says what it found; here it is drawn, one
// thing after the other: a sentence first, one drawing, a table behind it.
import { api, isAbort } from "../api.js";
import { whenIdle } from "../begin.js";
import { insight as says } from "../strings-insight.js";
import { html, useEffect, useMemo, useRef, useState } from "../ui/html.js";
import { addDays, inDays, today } from "../ui/dates.js";
import { Choices, Field, Problem, Progress, useAsked } from "../ui/parts.js";
import { Screen } from "../ui/screen.js";
import { Kept, OnThisDay, Week } from "./insight-days.js";
import { Habits, Patterns, Trends } from "./insight-over-time.js";
import { Associations, Courses } from "./insight-together.js";
import { Coping, Practice, Reframes, Triggers } from "./insight-what.js";

const PERIODS = [30, 90, 365];
/** In their order. Those with nothing to draw say their sentence further down. */
const SECTIONS = [
  ["trends", Trends], ["patterns", Patterns], ["triggers", Triggers], ["coping", Coping], ["courses", Courses],
  ["habits", Habits], ["practice", Practice], ["reframes", Reframes], ["associations", Associations],
];

export default function Insight() {
  const [period, setPeriod] = useState(90);
  const [own, setOwn] = useState({ from: addDays(today(), -30), to: today() });
  const [asked, ask] = useState(null);
  const query = period === "own" ? asked && `from=${asked.from}&to=${asked.to}` : `days=${period}`;
  const isReversed = Boolean(own.from && own.to && own.from > own.to);
  const look = (event) => { event.preventDefault(); if (own.from && own.to && !isReversed) ask(own); };
  return html`
    <${Screen} title=${says.title} lead=${says.lead}>
      <p class="row tight"><a href="/report">${says.toReport}</a><a href="/settings/body">${says.toBody}</a></p>
      <${Choices} inline hideLegend legend=${says.period} value=${period} onInput=${setPeriod} options=${[...PERIODS, "own"].map((value) => ({ value, label: says.periods[value] }))} />
      ${period === "own" && html`
        <form class="row" onSubmit=${look}>
          <${Field} label=${says.from} type="date" required value=${own.from} onInput=${(from) => setOwn({ ...own, from })} />
          <${Field} label=${says.to} type="date" required value=${own.to} onInput=${(to) => setOwn({ ...own, to })} />
          <button type="submit" disabled=${isReversed}>${says.look}</button>
        </form>
        ${isReversed && html`<p role="status">${says.reversed}</p>`}`}
      ${query && html`<${Looked} key=${query} query=${query} />`}
    </${Screen}>`;
}

/** What one period shows. */
function Looked({ query }) {
  const work = useRef(null);
  const asked = useAsked(async () => {
    work.current = new AbortController();
    const { signal } = work.current;
    const [found, weekly] = await Promise.all([api("GET", `/insights?${query}`, { signal }), api("GET", "/insights/digest", { signal })]);
    return { data: found.data, weekly: weekly.data };
  });
  useEffect(() => () => work.current?.abort(), []);
  if (asked.data) return html`<${Shown} ...${asked.data} />`;
  if (isAbort(asked.error)) return html`<p role="status">${says.stopped}</p><p class="row"><button type="button" onClick=${asked.again}>${says.lookAgain}</button></p>`;
  if (asked.error) return html`<${Problem} error=${asked.error} again=${asked.again} />`;
  return html`<${Progress} words=${says.working} slow=${says.slow} cancel=${() => work.current?.abort()} />`;
}

const isNothing = ({ trends, coping, courses, habits, practice, reframes, triggers }) => trends.series.length + coping.ways.length + courses.courses.length
  + habits.entries + practice.done + practice.planned + reframes.pairs.length + triggers.situations.length === 0;

function Shown({ data, weekly }) {
  const pieces = useMemo(() => {
    const drawn = SECTIONS.filter(([, view]) => view.is(data));
    const unclear = SECTIONS.filter(([, view]) => !view.is(data));
    const ends = [[Kept, true], [OnThisDay, OnThisDay.is(data)], [Week, true]].filter(([, is]) => is).map(([view]) => view);
    const all = [
      data.outside.says && (() => html`<p class="hint">${inDays(data.outside.says)}</p>`),
      isNothing(data) && (() => html`<p class="lead">${says.none}</p><p><a href="/check-in">${says.toCheckIn}</a></p>`),
      ...drawn.map(([, view]) => view),
      !isNothing(data) && unclear.length > 0 && (() => html`<${Unclear} data=${data} names=${unclear.map(([name]) => name)} />`),
      ...ends,
    ].filter(Boolean);
    // A view that waits for something holds those that follow.
    return all.reduceRight((rest, view, n) => (view.holds
      ? [html`<${view} key=${n} data=${data} weekly=${weekly}>${rest.length > 0 && html`<${OneByOne} pieces=${rest} />`}</${view}>`]
      : [html`<${view} key=${n} data=${data} weekly=${weekly} />`, ...rest]), []);
  }, [data]);
  return html`<${OneByOne} pieces=${pieces} />`;
}

/** Draws one after the other, so that the page stays quick under the finger. */
function OneByOne({ pieces }) {
  const [n, set] = useState(1);
  useEffect(() => {
    if (n >= pieces.length) return undefined;
    let gone = false;
    whenIdle(() => { if (!gone) set(n + 1); });
    return () => { gone = true; };
  }, [n]);
  return pieces.slice(0, n);
}

/** Where there is too little, or nothing stands out: the sentences alone. */
function Unclear({ data, names }) {
  return html`
    <section class="part">
      <h2>${says.unclear}</h2>
      <dl class="given">
        ${names.map((name) => html`<div key=${name}><dt>${says.names[name]}</dt><dd dir="auto">${inDays(data[name].says)}</dd></div>`)}
      </dl>
    </section>`;
}
