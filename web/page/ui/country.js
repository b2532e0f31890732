// Which country's lines are shown. It is asked, never guessed, and forgotten with the tab.
import { setCountry, useSession } from "../session.js";
import { s } from "../strings.js";
import { html, useId, useMemo } from "./html.js";

const CODES = "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GL GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PR PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW".split(" ");

/** The countries by name, in the order of the page's language. */
function countries() {
  const language = document.documentElement.lang;
  const names = new Intl.DisplayNames([language], { type: "region" });
  return CODES.map((code) => [code, names.of(code)]).sort((a, b) => a[1].localeCompare(b[1], language));
}

/** @param {{label?:string}} props */
export function Country({ label = s.help.country }) {
  const id = useId();
  const { country } = useSession();
  const all = useMemo(countries, []);
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <select id=${id} value=${country ?? ""} onChange=${(event) => setCountry(event.currentTarget.value || null)}>
        <option value="" selected=${!country}>${s.help.noCountry}</option>
        ${all.map(([code, name]) => html`<option key=${code} value=${code} selected=${code === country}>${name}</option>`)}
      </select>
    </div>`;
}
