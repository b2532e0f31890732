// Drawings that are as wide as there is room, so that their letters keep their size: the charts and the map.
import { html, useLayoutEffect, useRef, useState } from "./html.js";

/** The width of an element in pixels, as it is now. */
export function useWidth() {
  const box = useRef(null);
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const look = () => set(Math.round(box.current.clientWidth));
    look();
    const watch = new ResizeObserver(look);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

/** How much larger letters are than they are at first: somebody may have made them so. */
export const letters = () => (parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16;

/**
 * A drawing that fills its place.
 * @param {{box:any, width:number, height:number, kind:string, role:string, label:string, over?:any, children:any}} props
 *   `box` and `width` are what `useWidth` gives; `kind` is the class; `children` are the shapes; `over` stands on top of them
 */
export function Drawing({ box, width, height, kind, role, label, over, children }) {
  return html`
    <div class=${kind} ref=${box}>
      ${width > 0 && html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role=${role} aria-label=${label}>${children}</svg>`}
      ${width > 0 && over}
    </div>`;
}
