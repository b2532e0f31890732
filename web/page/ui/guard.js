// Where a view breaks, it is told in its place; the names of the screens and Help stay.
import { s } from "../strings.js";
import { Component, html } from "./html.js";

export class Guard extends Component {
  constructor(props) {
    super(props);
    this.state = { broken: false, at: props.at };
  }

  /** Another place is another try. */
  static getDerivedStateFromProps({ at }, state) {
    return at === state.at ? null : { broken: false, at };
  }

  static getDerivedStateFromError() {
    return { broken: true };
  }

  componentDidCatch(error) {
    // Where it broke, for whoever looks for it; an error of the page's own code holds no words of the person.
    console.error(error?.stack ?? String(error));
  }

  render({ children }, { broken }) {
    if (!broken) return children;
    return html`<section class="screen"><h1>${s.name}</h1><div class="problem" role="alert"><p>${s.problems.page}</p><button type="button" onClick=${() => location.reload()}>${s.parts.reload}</button></div></section>`;
  }
}
