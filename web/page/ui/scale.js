// The ends of an axis.

/**
 * Round ends of a scale that hold these values.
 * @param {number} min @param {number} max
 * @returns {[number, number]}
 */
export function niceEnds(min, max) {
  const span = max - min || Math.abs(max) || 1;
  const tenth = 10 ** Math.floor(Math.log10(span));
  const step = [0.5, 1, 2, 5].map((n) => n * tenth).find((n) => span / n <= 4) ?? tenth * 5;
  const round = (n) => Number(n.toPrecision(6));
  const [low, high] = [Math.floor(min / step) * step, Math.ceil(max / step) * step];
  return [round(low), round(high > low ? high : low + step)];
}
