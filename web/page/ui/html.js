// The one place where the view library is named.
import { Component, Fragment, createContext, h, render } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export { Component, Fragment, createContext, h, render };
export {
  useCallback, useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState,
} from "../vendor/hooks.js";

export const html = htm.bind(h);

/** A sentence begins with a capital letter. @param {string} text */
export const capital = (text) => { const [first = "", ...rest] = text; return first.toLocaleUpperCase() + rest.join(""); };

/**
 * Puts values into a written string: `fill("in {n} s", { n: 3 })`.
 * @param {string} text
 * @param {Record<string, string|number>} values
 */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
