// One live chart: curves drawn by Plotly as SVG, redrawn only when the last drawing has finished and somebody can see it.
"use strict";

import { smoothed, thinned, windows } from "./curves.js";
import { end, Growth } from "./growth.js";
import { GIGABYTE } from "./words.js";

const MOST_DRAWN = 2_000;
const ZOOM_REST = 150;
const ZOOM_AGAIN = 2_000;
const PALETTE = 7;
const SMOOTHED = /^(train\/|samples_per_second)/;  // what is noisy by nature; a learning rate is not
const CONFIG = {
  displaylogo: false, responsive: true, doubleClick: "reset",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
};
const AXES = {
  bytes: { ticksuffix: " GB", rangemode: "tozero" },
  percent: { ticksuffix: " %", rangemode: "tozero" },
  ratio: { tickformat: ".0%" },
};
const AXES_OF = {
  loss: { exponentformat: "e" },
  "learning-rate": { rangemode: "tozero", exponentformat: "e" },
};
const MARGIN = 56;
const MARGIN_OF = { loss: 72 };  // that of a run that diverges is labelled 1.25e+27
const CLOCK = { type: "date", nticks: 3, tickangle: 0, tickformat: "%H:%M:%S" };
const DRAGS = matchMedia("(pointer: coarse)").matches ? false : "zoom";  // a finger that swipes over a chart scrolls the page
const FEW_STEPS = 8;  // so few that Plotly would write halves of a step

const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;");  // Plotly reads a few tags in names
const broken = (text) => plain(text).replace(/(.{16,}?) /g, "$1<br>");  // Plotly does not break lines by itself
const probe = document.createElement("span");
probe.hidden = true;

const looks = new Map();  // what asking the page costs a layout for

// A colour token as Plotly understands it: light-dark(…) is resolved only where it is used.
function colour(token) {
  if (!looks.has(token)) {
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = `var(--${token})`;
    looks.set(token, getComputedStyle(probe).color);
  }
  return looks.get(token);
}

function fontFamily() {
  if (!looks.has("font")) looks.set("font", getComputedStyle(document.body).fontFamily);
  return looks.get("font");
}

// The theme has changed.
export function forgetLooks() {
  looks.clear();
}

export class Plot {
  // curves() lists the curves to draw; emptiness() says why there are none; ask(query) fetches exact windows as an ArrayBuffer.
  constructor(element, { curves, emptiness, ask }) {
    this.element = element;
    this.emptiness = emptiness;
    this.curves = curves;
    this.ask = ask;
    this.key = element.dataset.chart;
    this.time = element.dataset.x === "time";
    this.smoothing = 0;
    this.log = false;
    this.zoom = null;
    this.dirty = true;
    this.rests = 0;  // not drawn again before this moment of the page's clock; 0: at once
    this.seen = true;
    this.drawn = false;
    this.empty = true;
    this.growth = new Growth(element, () => this.#want());
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen && this.dirty) this.#want();
    }, { rootMargin: "200px" }).observe(element);
  }

  async draw() {
    this.dirty = false;
    const traces = this.curves().flatMap((curve, place) => this.#traces(curve, place));
    this.empty = !traces.length;
    const layout = this.#layout(traces.length);
    if (!this.growth.to(traces, layout)) await this.#drawWhole(traces, layout);
    this.element.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: { last: this.#lastStep() } }));
  }

  async #drawWhole(traces, layout) {
    const xaxis = this.time || this.empty ? layout.xaxis : { ...layout.xaxis, autorangeoptions: { include: end(traces) } };
    this.growth.note(traces, layout);
    await window.Plotly.react(this.element, traces, { ...layout, xaxis }, CONFIG);
    this.#hush();
    if (!this.drawn) this.#listen();
    this.drawn = true;
  }

  #want() {
    this.dirty = true;
    this.element.dispatchEvent(new Event("wanted"));
  }

  // The lowest of Plotly's layers is a picture with a name; its buttons have names of their own. The layers above, the pictures on
  // the buttons, and the corner where it measures text have none.
  #hush() {
    const [picture, ...layers] = this.element.querySelectorAll(".main-svg");
    picture?.setAttribute("role", "img");
    picture?.setAttribute("aria-label", this.element.getAttribute("aria-label"));
    const nameless = [...layers, ...this.element.querySelectorAll(".modebar svg"), document.getElementById("js-plotly-tester")];
    for (const one of nameless) one?.setAttribute("aria-hidden", "true");
  }

  #lastStep() {
    return Math.max(-1, ...this.curves().map((curve) => curve.steps.at(-1) ?? -1));
  }

  // The raw line faint behind the smoothed one; validation dashed and never smoothed; a cross where a value was no number.
  #traces(curve, place) {
    const data = this.#shown(curve);
    const validation = curve.name.startsWith("validation/");
    const smooth = this.smoothing > 0 && SMOOTHED.test(curve.name) && !this.time && data.values.length > 2;
    const x = this.time ? data.times.map((time) => new Date(time * 1000)) : data.steps;
    const line = { color: colour(`curve-${place % PALETTE + 1}`), width: 1.75, dash: validation ? "dash" : "solid" };
    const name = plain(this.#label(curve, place));
    const base = { type: "scatter", mode: x.length < 2 || validation && x.length < 40 ? "lines+markers" : "lines", x, name,
                   line, marker: { size: 5, color: line.color }, connectgaps: false, legendgroup: curve.name };
    const scale = this.element.dataset.unit === "bytes" ? 1 / GIGABYTE : 1;
    const y = data.values.map((value) => Number.isFinite(value) ? value * scale : null);
    const traces = [{ ...base, y }];
    if (smooth) {
      traces[0] = { ...base, y, opacity: 0.28, line: { ...line, width: 1 }, showlegend: false, hoverinfo: "skip" };
      traces.push({ ...base, y: smoothed(data.values, this.smoothing).map((v) => Number.isFinite(v) ? v : null) });
    }
    const gaps = this.#gaps(data.values, x);
    if (gaps.x.length) traces.push({ ...base, ...gaps, mode: "markers", marker: { symbol: "x", size: 7, color: colour("failed") },
                                     showlegend: false, hovertemplate: "NaN<extra></extra>" });
    return traces;
  }

  #gaps(values, x) {
    const points = { x: [], y: [] };
    let level = values.find(Number.isFinite) ?? (this.log ? 1 : 0);
    values.forEach((value, place) => {
      if (Number.isFinite(value)) level = value;
      else {
        points.x.push(x[place]);
        points.y.push(level);
      }
    });
    return points;
  }

  // What the curve shows: all of it, thinned to what a screen can tell apart, or the exact window while zoomed.
  #shown(curve) {
    const exact = this.zoom?.data?.get(curve.name);
    if (!exact) {
      if (curve.steps.length <= MOST_DRAWN) return curve;
      return pick(curve, thinned(this.time ? curve.times : curve.steps, curve.values, MOST_DRAWN - 100));
    }
    const end = exact.steps.at(-1) ?? this.zoom.first;
    const newer = [];
    curve.steps.forEach((step, place) => { if (step > end && step <= this.zoom.last) newer.push(place); });
    const more = pick(curve, newer);
    return { steps: [...exact.steps, ...more.steps], values: [...exact.values, ...more.values], times: [] };
  }

  #label(curve, place) {
    const labels = this.element.dataset.labels?.split("|") ?? [];
    return labels[place] || curve.name;
  }

  #layout(traces) {
    const soft = colour("ink-soft");
    const line = colour("line");
    const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, tickcolor: line,
                   ticklabeloverflow: "allow" };  // neither this nor margins are fitted: that measures every label at each drawing
    const empty = traces ? [] : [{ text: broken(this.emptiness()), showarrow: false, x: 0.5, y: 0.5,
                                   xref: "paper", yref: "paper", font: { color: soft } }];
    const y = AXES[this.element.dataset.unit] ?? AXES_OF[this.key] ?? {};
    return {
      autosize: true, meta: this.smoothing, uirevision: `${this.key}${this.log}`, annotations: empty,
      margin: { l: MARGIN_OF[this.key] ?? MARGIN, r: this.time ? 28 : 20, t: 8, b: 32 },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: fontFamily(), size: 12, color: soft },
      showlegend: this.curves().length > 1, legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      hovermode: "x unified", dragmode: DRAGS,
      hoverlabel: { bgcolor: colour("surface"), bordercolor: line, font: { color: colour("ink") } },
      modebar: { color: soft, activecolor: colour("accent"), bgcolor: "rgba(0,0,0,0)" },
      xaxis: { ...axis, ...(this.time ? CLOCK : this.#lastStep() <= FEW_STEPS ? { dtick: 1 } : {}), visible: traces > 0 },
      yaxis: { ...axis, ...y, visible: traces > 0, type: this.log ? "log" : "linear" },
    };
  }

  #listen() {
    this.element.on("plotly_relayout", (change) => {
      if (this.time) return;
      const [first, last] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
      clearTimeout(this.timer);
      if (first !== undefined) this.timer = setTimeout(() => this.#zoomTo(Math.floor(first), Math.ceil(last)), ZOOM_REST);
      else if (change["xaxis.autorange"]) this.#zoomTo(null, null);
    });
  }

  // Ask for the exact points of the stretch; again from time to time while the run still adds to it.
  async #zoomTo(first, last) {
    clearTimeout(this.timer);
    this.zoom = first === null ? null : { first, last, data: this.zoom?.data };
    if (this.zoom) {
      const zoom = this.zoom;
      const names = this.curves().map((curve) => curve.name);
      const query = new URLSearchParams([...names.map((name) => ["name", name]), ["first", first], ["last", last]]);
      const buffer = await this.ask(query).catch(() => null);
      if (this.zoom !== zoom || !buffer) return;
      zoom.data = new Map(windows(buffer).map((window) => [window.name, window]));
      if (last >= this.#lastStep()) this.timer = setTimeout(() => this.#zoomTo(first, last), ZOOM_AGAIN);
    }
    this.#want();
  }
}

const pick = (curve, places) => ({
  steps: places.map((place) => curve.steps[place]),
  values: places.map((place) => curve.values[place]),
  times: places.map((place) => curve.times[place]),
});
