// The map of the parts, drawn here so that it can be arranged: with a pointer or with the arrow keys.
// Where somebody was put lasts as long as the tab.
import { go } from "../router.js";
import { days } from "../strings-days.js";
import { fill, html, useRef, useState } from "../ui/html.js";
import { useWidth } from "../ui/chart.js";

const says = days.part;
const ROWS = ["manager", "firefighter", null, "exile", "self"];
const W = 156;
const H = 64;
const GAP = 20;
const BETWEEN = 68;
const STEP = 16;
/** Letters of a name that fit. */
const FITS = 16;
/** A press that moves less than this opens what is under it. */
const STILL = 4;

/** Where the person put parts, by id. */
const placed = new Map();

const key = (name) => name.trim().toLowerCase();
const short = (name) => { const letters = Array.from(name); return letters.length <= FITS ? name : `${letters.slice(0, FITS - 1).join("")}…`; };
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

/** @param {{parts:any[]}} props */
export function PartsMap({ parts }) {
  const [box, width] = useWidth();
  const [, draw] = useState(0);
  const [told, tell] = useState("");
  const drag = useRef(null);
  const { at, height } = arrange(parts, width || 320);
  const within = ({ x, y }) => ({ x: Math.max(2, Math.min(width - W - 2, x)), y: Math.max(2, Math.min(height + 200 - H, y)) });
  const place = (part) => within(placed.get(part.id) ?? at.get(part.id));
  const put = (part, to) => { placed.set(part.id, within(to)); draw((n) => n + 1); };
  const isMoved = parts.some((part) => placed.has(part.id));
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
    }
  };
  const found = new Map(parts.map((part) => [key(part.notes.name), part]));
  const lines = parts.flatMap((part) => part.notes.ties.map(([tie, other]) => ({ tie, from: part, to: found.get(key(other)) })).filter((line) => line.to && line.to !== part));

  return html`
    <p>${says.mapSays}</p>
    <div class="map" ref=${box}>
      ${width > 0 && html`
        <svg width=${width} height=${tall} viewBox=${`0 0 ${width} ${tall}`} role="group" aria-label=${says.mapLabel}>
          <defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" /></marker></defs>
          ${lines.map(({ tie, from, to }) => html`<${Tie} key=${`${from.id}${tie}${to.id}`} tie=${tie} from=${place(from)} to=${place(to)} />`)}
          ${parts.map((part) => {
    const { x, y } = place(part);
    return html`
            <g key=${part.id} class=${`node ${part.notes.role ?? ""}`} transform=${`translate(${x} ${y})`}>
              <rect width=${W} height=${H} rx=${part.notes.role === "exile" ? H / 2 : 8} role="button" tabindex="0" aria-label=${describe(part)}
                onPointerDown=${down(part)} onPointerMove=${move} onPointerUp=${up} onPointerCancel=${() => { drag.current = null; }} onKeyDown=${keys(part)} />
              <text aria-hidden="true" class="node-name" x=${W / 2} y="29">${short(part.notes.name)}</text>
              <text aria-hidden="true" class="node-role" x=${W / 2} y="49">${roleOf(part)}</text>
            </g>`;
  })}
        </svg>`}
    </div>
    <p class="sr" role="status">${told}</p>
    <p class="hint">${says.mapHow}</p>
    ${isMoved && html`<p><button type="button" class="quiet" onClick=${() => { placed.clear(); draw((n) => n + 1); }}>${says.tidy}</button></p>`}
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
