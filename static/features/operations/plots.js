// How it went over the last hours: small plots, each with its numbers in words.
import { Trouble } from "../../core/ui/rows.js";
import { fetchTrend } from "../../core/api/operations.js";
import { html } from "../../core/ui/html.js";
import { formatter, t } from "../../core/words/words.js";
import { timeOfDay, usePoll } from "./poll.js";
import "./words.js";

const MINUTES = 360;
const WIDTH = 360;
const HEIGHT = 84;

const number = (value) => formatter("NumberFormat", { maximumFractionDigits: 1 }).format(value);
const milliseconds = (value) =>
  formatter("NumberFormat", { style: "unit", unit: "millisecond", maximumFractionDigits: 1 }).format(value);

// A gap where nothing was counted begins a new piece of the line.
function line(values, most) {
  let drawn = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (value === null) {
      pen = "M";
      return;
    }
    const x = ((index * WIDTH) / (values.length - 1)).toFixed(1);
    const y = (HEIGHT - (value / most) * (HEIGHT - 4) - 1).toFixed(1);
    drawn += `${pen}${x} ${y}`;
    // A lone point is seen as a dot.
    if (pen === "M") drawn += "h0.01";
    pen = "L";
  });
  return drawn;
}

const last = (values) => values.findLast((value) => value !== null) ?? 0;
const highest = (values) => values.reduce((most, value) => Math.max(most, value ?? 0), 0);

function Plot({ title, series, format = number, begins }) {
  const most = Math.max(...series.map(({ values }) => highest(values))) || 1;
  const counted = series.some(({ values }) => values.some((value) => value !== null));
  const words = series.map(({ name, values }) =>
    t("operations.now_most", { name, now: format(last(values)), most: format(highest(values)) }),
  );
  return html`<figure class="op-plot">
    <figcaption>${title}</figcaption>
    ${counted
      ? html`<div class="op-chart" aria-hidden="true">
            <div class="op-axis"><span>${format(most)}</span><span>${format(most / 2)}</span><span>0</span></div>
            <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
              <path class="op-ground" d=${`M0 ${HEIGHT - 1}H${WIDTH}M0 ${HEIGHT / 2 + 1}H${WIDTH}M0 3H${WIDTH}`} />
              ${series.map(({ values }, index) => html`<path class=${`op-line n${index}`} d=${line(values, most)} />`)}
            </svg>
            <p class="op-scale">
              <span>${timeOfDay(begins)}</span><span>${timeOfDay((begins + Date.now()) / 2)}</span
              ><span>${timeOfDay(Date.now())}</span>
            </p>
          </div>
          <ul>
            ${words.map((one, index) => html`<li class=${`op-key n${index}`}>${one}</li>`)}
          </ul>`
      : html`<p class="hint">${t("operations.no_data")}</p>`}
  </figure>`;
}

export function Plots() {
  const { data, error, refresh } = usePoll(() => fetchTrend(MINUTES), 30);
  const trend = data.value;
  const begins = trend && trend.begins * 1000;
  return html`<section class="settings-part op-tall">
    <h2>${t("operations.last_hours")}</h2>
    ${error.value && html`<${Trouble} error=${error.value} retry=${refresh} />`}
    ${trend &&
    html`<div class="op-plots">
      <${Plot}
        title=${t("operations.requests")}
        begins=${begins}
        series=${[{ name: t("operations.requests"), values: trend.requests }]}
      />
      <${Plot}
        title=${t("operations.latency")}
        begins=${begins}
        format=${milliseconds}
        series=${[
          { name: t("operations.median"), values: trend.median_ms },
          { name: t("operations.p95"), values: trend.p95_ms },
        ]}
      />
      <${Plot}
        title=${t("operations.waiting")}
        begins=${begins}
        series=${[{ name: t("operations.waiting"), values: trend.waiting }]}
      />
      <${Plot}
        title=${t("operations.refused")}
        begins=${begins}
        series=${[
          { name: t("operations.limited"), values: trend.refused },
          { name: t("operations.errors"), values: trend.errors },
        ]}
      />
    </div>`}
  </section>`;
}
