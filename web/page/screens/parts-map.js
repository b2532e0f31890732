// The map of the parts, drawn here so that it can be arranged, with a pointer or with the arrow keys, and named.
// Where somebody was put is kept by the service, beside what is being typed.
import { go } from "../router.js";
import { days } from "../strings-days.js";
import { useForm } from "../ui/form.js";
import { fill, html, useLayoutEffect, useRef, useState } from "../ui/html.js";
import { Problem, useWork } from "../ui/parts.js";
import { Drawing, useWidth } from "../ui/svg.js";
import { rename } from "./part-name.js";

const says = days.part;
const ROWS = ["manager", "firefighter", null, "exile", "self"];
const W = 156;
const H = 64;
const GAP = 20;
const BETWEEN = 68;
const STEP = 16;
/** Room beside a name. */
const EDGE = 10;
/** A press that moves less than this opens what is under it. */
const STILL = 4;

/** The draft that holds where the person put parts, by id. */
const SLOT = "parts-map-notes";

/** Where the person put parts: how far along the width there is, and how far down. */
export const usePlaces = () => useForm(SLOT, () => ({ at: {} }));

const key = (name) => name.trim().toLowerCase();
const short = (name) => {
  const letters = Array.from(name);
  const fits = (n) => widthOf(n < letters.length ? cut(n) : name) <= W - 2 * EDGE;
  const cut = (n) => `${letters.slice(0, n).join("").trimEnd()}…`;
  let n = letters.length;
  while (n > 1 && !fits(n)) n -= 1;
  return n < letters.length ? cut(n) : name;
};
/** How wide a name is in the letters of the map. */
const widthOf = (text) => {
  pen ??= document.createElement("canvas").getContext("2d");
  const root = getComputedStyle(document.documentElement);
  pen.font = `${1.0625 * parseFloat(root.fontSize)}px ${root.getPropertyValue("--serif")}`;
  return pen.measureText(text).width;
};
let pen = null;
const roleOf = (part) => says.brief[part.notes.role ?? "none"];

/** Rows by role: protectors above, what they protect below. They are not quite under each other, so that lines pass beside. */
function arrange(parts, width) {
  const abreast = Math.max(1, Math.floor((width + GAP) / (W + GAP)));
  const rows = ROWS.flatMap((role) => {
    const here = parts.filter((part) => (part.notes.role ?? null) === role);
    return Array.from({ length: Math.ceil(here.length / abreast) }, (_, n) => here.slice(n * abreast, (n + 1) * abreast));
  });
  const at = new Map();
  rows.forEach((row, r) => {
    const span = row.length * W + (row.length - 1) * GAP;
    const aside = ((r % 3) - 1) * Math.min(W * 0.9, (width - span) / 2 - 2);
    row.forEach((part, c) => at.set(part.id, { x: (width - span) / 2 + aside + c * (W + GAP), y: r * (H + BETWEEN) + 2 }));
  });
  return { at, height: rows.length * H + (rows.length - 1) * BETWEEN + 4 };
}

/** @param {{parts:any[], places:ReturnType<typeof usePlaces>, onNamed:(kept:any[])=>void}} props */
export function PartsMap({ parts, places, onNamed }) {
  const [box, width] = useWidth();
  const [told, tell] = useState("");
  /** The names as they are being changed, by id, and which field is wanted; `null` while the map is arranged. */
  const [naming, setNaming] = useState(null);
  const drag = useRef(null);
  const renames = useRef(null);
  const named = () => setNaming(null);
  // When it ends, the focus goes back to where it was begun: at once, so that it is taken from nothing that follows.
  const wasNaming = useRef(false);
  useLayoutEffect(() => {
    if (wasNaming.current && !naming) renames.current.focus();
    wasNaming.current = naming !== null;
  }, [naming]);
  const placed = places.form.at;
  const { at, height } = arrange(parts, width || 320);
  const within = ({ x, y }) => ({ x: Math.max(2, Math.min(width - W - 2, x)), y: Math.max(2, Math.min(height + 200 - H, y)) });
  const room = Math.max(1, width - W);
  const place = (part) => within(placed[part.id] ? { x: placed[part.id].along * room, y: placed[part.id].down } : at.get(part.id));
  const put = (part, to) => { const { x, y } = within(to); places.change({ at: { ...placed, [part.id]: { along: x / room, down: y } } }); };
  const isMoved = parts.some((part) => placed[part.id]);
  const tall = Math.max(height, ...parts.map((part) => place(part).y + H + 4));

  const open = (part) => go(`/parts/${part.id}`);
  const down = (part) => (event) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { part, from: place(part), x: event.clientX, y: event.clientY, moved: false };
  };
  const move = (event) => {
    const held = drag.current;
    if (!held) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < STILL) return;
    held.moved = true;
    put(held.part, { x: held.from.x + dx, y: held.from.y + dy });
  };
  const up = () => {
    const held = drag.current;
    drag.current = null;
    if (held && !held.moved) open(held.part);
  };
  const keys = (part) => (event) => {
    const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (by) {
      event.preventDefault();
      const { x, y } = place(part);
      put(part, { x: x + by[0], y: y + by[1] });
      tell(fill(says.moved, { name: part.notes.name }));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(part);
    } else if (event.key === "F2") {
      event.preventDefault();
      setNaming({ names: {}, first: part.id });
    }
  };
  const found = new Map(parts.map((part) => [key(part.notes.name), part]));
  const lines = parts.flatMap((part) => part.notes.ties.map(([tie, other]) => ({ tie, from: part, to: found.get(key(other)) })).filter((line) => line.to && line.to !== part));

  return html`
    <p>${says.mapSays}</p>
    <${Drawing} box=${box} width=${width} height=${tall} kind="map" role="group" label=${says.mapLabel}
      over=${naming && html`<${Names} parts=${parts} place=${place} naming=${naming} change=${setNaming} onLeave=${named} />`}>
      <defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" /></marker></defs>
      ${lines.map(({ tie, from, to }) => html`<${Tie} key=${`${from.id}${tie}${to.id}`} tie=${tie} from=${place(from)} to=${place(to)} />`)}
      ${parts.map((part) => {
    const { x, y } = place(part);
    return html`
        <g key=${part.id} class=${`node ${part.notes.role ?? ""}`} transform=${`translate(${x} ${y})`}>
          ${naming
    ? html`<rect key="still" aria-hidden="true" width=${W} height=${H} rx=${radius(part)} />`
    : html`<rect key="moves" width=${W} height=${H} rx=${radius(part)} role="button" tabindex="0" aria-label=${describe(part)}
            onPointerDown=${down(part)} onPointerMove=${move} onPointerUp=${up} onPointerCancel=${() => { drag.current = null; }} onKeyDown=${keys(part)} />
          <text aria-hidden="true" class="node-name" x=${W / 2} y="29">${short(part.notes.name)}</text>`}
          <text aria-hidden="true" class="node-role" x=${W / 2} y="49">${roleOf(part)}</text>
        </g>`;
  })}
    </${Drawing}>
    <p class="sr" role="status">${told}</p>
    ${naming
    ? html`<${Naming} parts=${parts} names=${naming.names} onLeave=${named} onKept=${(kept) => { named(); tell(says.namesKept); onNamed(kept); }} />`
    : html`
      <p class="hint">${says.mapHow} <span class="keys-hint">${says.mapKeys}</span></p>
      <p class="row tight">
        <button ref=${renames} type="button" class="quiet" onClick=${() => setNaming({ names: {}, first: parts[0].id })}>${says.nameHere}</button>
        ${isMoved && html`<button type="button" class="quiet" onClick=${() => { places.change({ at: {} }); places.discard(); }}>${says.tidy}</button>`}
      </p>`}
    <details>
      <summary>${says.list}</summary>
      <ul class="plain">
        ${parts.map((part) => html`
          <li key=${part.id}>
            <a href=${`/parts/${part.id}`} class="own" dir="auto">${part.notes.name}</a>
            <span class="hint">${roleOf(part)}</span>
            ${part.notes.ties.map(([tie, other]) => html`<span key=${tie + other} class="hint">${says.ties[tie]} <span class="own" dir="auto">${other}</span></span>`)}
          </li>`)}
      </ul>
    </details>`;
}

const radius = (part) => (part.notes.role === "exile" ? H / 2 : 8);

/** The form that the fields on the map belong to. */
const FORM = "names";

/** A field over each part, in the place of its name. */
function Names({ parts, place, naming, change, onLeave }) {
  const first = useRef(null);
  // What is typed from now on goes there.
  useLayoutEffect(() => { first.current.focus(); first.current.select(); }, []);
  const keys = (event) => { if (event.key === "Escape") onLeave(); };
  return parts.map((part) => {
    const { x, y } = place(part);
    return html`<input key=${part.id} type="text" class="own node-field" form=${FORM} dir="auto" autocomplete="off" maxlength=${80} aria-label=${fill(says.nameOf, { name: part.notes.name })}
      ref=${part.id === naming.first ? first : undefined} style=${{ transform: `translate(${x}px, ${y}px)` }} value=${naming.names[part.id] ?? part.notes.name} onKeyDown=${keys}
      onInput=${(event) => change({ ...naming, names: { ...naming.names, [part.id]: event.currentTarget.value } })} />`;
  });
}

/** What becomes of the names: kept, or left as they were. */
function Naming({ parts, names, onLeave, onKept }) {
  const changed = parts.filter((part) => (names[part.id] ?? "").trim() && names[part.id].trim() !== part.notes.name);
  const keep = useWork(async () => {
    const kept = [];
    for (const part of changed) kept.push(await rename(part, names[part.id].trim(), parts.filter((other) => other !== part)));
    onKept(kept);
  });
  const submit = (event) => { event.preventDefault(); if (changed.length > 0) keep.run(); else onLeave(); };
  return html`
    <form id=${FORM} onSubmit=${submit}>
      <p class="hint">${says.nameHow}</p>
      <p class="row tight">
        <button type="submit" disabled=${changed.length === 0 || keep.busy}>${says.nameKeep}</button>
        <button type="button" class="quiet" onClick=${onLeave}>${says.nameLeave}</button>
      </p>
      <${Problem} error=${keep.error} />
    </form>`;
}

/** A part and its ties, as it is read aloud. */
const describe = (part) => fill(says.node, {
  name: part.notes.name, role: roleOf(part),
  ties: part.notes.ties.map(([tie, other]) => fill(says.nodeTie, { tie: says.ties[tie], other })).join(" "),
}).trim();

/** A line between two, from edge to edge, with its word on it. */
function Tie({ tie, from, to }) {
  const [ax, ay, bx, by] = [from.x + W / 2, from.y + H / 2, to.x + W / 2, to.y + H / 2];
  const [dx, dy] = [bx - ax, by - ay];
  // How much of the line lies within a box whose middle is one of its ends.
  const inside = Math.min(dx === 0 ? Infinity : W / 2 / Math.abs(dx), dy === 0 ? Infinity : H / 2 / Math.abs(dy));
  if (inside >= 0.5) return null;
  const gap = 3 / Math.hypot(dx, dy);
  const at = (part) => [ax + dx * part, ay + dy * part];
  const [[x1, y1], [x2, y2]] = [at(inside + gap), at(1 - inside - gap)];
  return html`
    <g class=${`tie ${tie}`} aria-hidden="true">
      <line x1=${x1} y1=${y1} x2=${x2} y2=${y2} marker-end=${tie === "protects" ? "url(#to)" : undefined} />
      ${Math.hypot(x2 - x1, y2 - y1) > 40 && html`<text x=${(x1 + x2) / 2} y=${(y1 + y2) / 2 + 4}>${says.ties[tie]}</text>`}
    </g>`;
}
