// The first words of a text, and words that are searched for.

/** The first letters of a text, up to a whole word. @param {string} text @param {number} most */
export function shortened(text, most) {
  const letters = Array.from(text.slice(0, most * 8).replace(/\s+/g, " ").trim());
  return letters.length > most ? `${letters.slice(0, most).join("").replace(/\s\S*$/, "")} …` : letters.join("");
}

/** What is asked for when someone types: the last word may go on. @param {string} words */
export const wanted = (words) => (/["*]/.test(words) ? words : `${words}*`);
