// Bytes in words.
import { s } from "../strings.js";
import { fill } from "./html.js";

const mb = (bytes) => Math.max(1, Math.round(bytes / 1e6));

/** @param {number} bytes */
export const size = (bytes) => (bytes >= 1e9 ? fill(s.sizes.gb, { n: (bytes / 1e9).toFixed(1) }) : fill(s.sizes.mb, { n: mb(bytes) }));

/** How much of it is there. @param {number} bytes @param {number|null} total */
export const share = (bytes, total) => (total ? fill(s.sizes.share, { n: Math.min(Math.round(bytes / 1e6), mb(total)), of: size(total) }) : fill(s.sizes.soFar, { n: size(bytes) }));
