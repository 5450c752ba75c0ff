// Draws the figures a page carries: <div data-figure="ID"> beside <script type="application/json" id="ID">.
// Colours come from tokens.css by name, so that a figure follows the theme.
"use strict";

(() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // A token such as light-dark(a, b) is only resolved where it is used as a colour.
  const probe = document.createElement("span");
  probe.hidden = true;
  const colour = (name) => {
    if (!token(name)) return name;
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };

  const dressed = (value) => {
    if (typeof value === "string" && value.startsWith("--")) return colour(value.slice(2));
    if (Array.isArray(value)) return value.length > 64 && typeof value[0] === "number" ? value : value.map(dressed);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, dressed(v)]));
    return value;
  };

  const axis = () => ({
    gridcolor: colour("line"), linecolor: colour("line"), zerolinecolor: colour("line"), tickcolor: colour("line"),
    automargin: true, title: { standoff: 8 },
  });

  // On a phone names of ticks would take the room of what they name; touching it tells them whole.
  const PHONE = 480;
  const letters = (text) => text.match(/&\w+;|./gu) ?? [];
  const cut = (text) => letters(text).length > 14 ? `${letters(text).slice(0, 13).join("")}…` : text;
  const fitting = (own, width) => width > PHONE || !own.ticktext ? own : { ...own, ticktext: own.ticktext.map(cut) };
  const labelled = (trace, width) => width > PHONE || !trace.mode?.includes("text") ? trace : { ...trace, text: trace.text.map(cut) };

  const layout = (own, width) => {
    const base = {
      font: { family: token("sans"), size: 12, color: colour("ink-soft") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 44, r: 12, t: 12, b: 36 }, showlegend: false, dragmode: false, bargap: 0.25,
      hoverlabel: { bgcolor: colour("surface"), bordercolor: colour("line"), font: { color: colour("ink") } },
      legend: { orientation: "h", x: 0, y: 1.12 },
    };
    const merged = { ...base, ...own };
    for (const name of ["xaxis", "yaxis"]) merged[name] = { ...axis(), ...fitting(own[name] ?? {}, width) };
    return merged;
  };

  const draw = (element) => {
    const source = document.getElementById(element.dataset.figure);
    if (!source || !window.Plotly) return;
    const figure = dressed(JSON.parse(source.textContent));
    const width = element.clientWidth;
    const traces = figure.data.map((trace) => labelled(trace, width));
    Plotly.react(element, traces, layout(figure.layout ?? {}, width), { displayModeBar: false, responsive: true });
    document.getElementById("js-plotly-tester")?.setAttribute("aria-hidden", "true");  // a corner where Plotly measures text
  };

  const drawAll = (root) => {
    if (root.matches?.("[data-figure]")) draw(root);
    root.querySelectorAll?.("[data-figure]").forEach(draw);
  };

  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:load", (event) => drawAll(event.target));
  document.addEventListener("themechange", () => drawAll(document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(document));
})();
