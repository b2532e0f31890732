import { s } from "../strings.js";
import { html } from "../ui/html.js";
import { Screen } from "../ui/screen.js";

/** @param {{route:import("../router.js").Route}} props */
export default function Soon({ route }) {
  return html`<${Screen} title=${s.shell.names[route.name] ?? s.shell.names.journal} />`;
}
