// The live parts of a run's page. They are found by attribute; nothing has to be called.
//
//   <main data-run="ID">               the run; its messages come from /ws/runs/ID/, exact windows from /runs/ID/window
//       data-texts='{"left":"%(time)s left", …}'   its sentences
//   <div data-chart="loss" data-series="train/loss validation/loss" data-labels="Training|Validation"
//        data-unit="percent|bytes|ratio" data-x="step|time" data-empty="…">          hardware/* takes all that begin so
//   <input type="checkbox" data-chart-log="loss">    <input type="range" data-chart-smoothing="*">
//   [data-run-step] [data-run-total] [data-run-epoch] [data-run-epochs] [data-run-time-left]
//   <progress data-run-progress>   [data-value="train/loss"]   [data-nonfinite="loss"]
//   [data-connection]   [data-show-when="starting running"]
//
// Each message is an event on the document as well: trainyard:state, :started, :progress, :log, :output, :result, :rewind,
// :points (detail.series: names) and :connection (detail.status). Texts are only ever set as text.
"use strict";

import { Curve } from "./curves.js";
import { forgetLooks, Plot } from "./plot.js";
import { RunSocket } from "./socket.js";
import { clock, filled, grouped, measured, RemainingTime } from "./words.js";

const CALM = 1_000;  // milliseconds between two drawings of a chart that is not the first
const TURN = 100;  // and between two of them

const FINAL = ["succeeded", "stopped", "failed", "cancelled"];

const all = (selector) => document.querySelectorAll(selector);
const say = (selector, text) => all(selector).forEach((element) => { element.textContent = text; });

// Until the next frame, and until the messages that came meanwhile are taken: frames alone can keep those waiting.
const frame = () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });

class Live {
  constructor(root) {
    this.root = root;
    this.texts = JSON.parse(root.dataset.texts);
    this.curves = new Map();
    this.run = { step: 0, total_steps: 0, steps_per_epoch: 0, state: "" };
    this.remaining = new RemainingTime();
    this.lastBefore = Infinity;  // the number up to which there was something to tell when the connection was made
    this.emptiness = this.texts.loading;  // what a chart without a point says
    this.plots = [...all("[data-chart]")].map((element) => this.#plot(element));
    this.quarter = 4;  // of the run; the first that is reached while somebody looks is said
    this.drawing = false;
    this.turn = 0;  // when the next chart that is not the first may be drawn
    this.later = null;
    this.#bindControls();
    const id = encodeURIComponent(root.dataset.run);
    this.windowAddress = `/runs/${id}/window`;
    this.socket = new RunSocket(`/ws/runs/${id}/`, {
      take: (message) => this.take(message),
      tell: (status, seconds) => this.#connection(status, seconds),
      outrun: () => location.reload(),
    });
    this.draw();
  }

  take(message) {
    if (message.type === "points") this.#points(message.series);
    else if (message.type === "snapshot") this.#snapshot(message);
    else if (message.type === "hello") this.#greet(message);
    else this.#entry(message);
    this.#judgeEmptiness();
    this.draw();
  }

  #greet({ last, run }) {
    this.lastBefore = last;
    this.#facts(run);
  }

  // That there is no point can be said only once all that there was has come.
  #judgeEmptiness() {
    const { loading, waiting, ended } = this.texts;
    const text = this.socket.position < this.lastBefore ? loading : FINAL.includes(this.run.state) ? ended : waiting;
    if (text === this.emptiness) return;
    this.emptiness = text;
    for (const plot of this.plots) if (plot.empty) Object.assign(plot, { dirty: true, rests: 0 });
  }

  #points(series) {
    for (const [name, columns] of Object.entries(series)) {
      const curve = this.#curve(name);
      curve.append(columns);
      if (!name.startsWith("hardware/")) this.#moved(columns.steps.at(-1), columns.times.at(-1));
      this.#value(curve);
    }
    this.#event("points", { series: Object.keys(series) });
    this.#progress();
  }

  #snapshot({ series, entries, run }) {
    this.curves.clear();
    for (const [name, columns] of Object.entries(series)) {
      this.#curve(name).replace(columns);
      this.#value(this.#curve(name));
    }
    for (const entry of entries) if (entry.type !== "rewind") this.#entry(entry);
    this.#facts(run);
    this.#soil();
  }

  #entry({ type, seq, time, body }) {
    if (type === "rewind") {
      for (const curve of this.curves.values()) curve.rewind(body.step);
      this.run.step = body.step;
      this.remaining.forget();
      this.#soil();
    }
    if (["state", "started", "progress"].includes(type)) this.#facts(body);
    this.#event(type, { seq, time, ...body });
  }

  #facts(facts) {
    Object.assign(this.run, Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)));
    for (const element of all("[data-show-when]")) element.hidden = !element.dataset.showWhen.split(" ").includes(this.run.state);
    this.#progress();
  }

  #moved(step, time) {
    if (step > this.run.step) this.run.step = step;
    this.remaining.note(step, time);
  }

  #progress() {
    const { step, total_steps: total, steps_per_epoch: perEpoch, state } = this.run;
    for (const element of all("[data-run-progress]")) {
      if (total) [element.max, element.value] = [total, Math.min(step, total)];
    }
    say("[data-run-step]", grouped(step));
    say("[data-run-total]", grouped(total));
    const epochs = Math.ceil(total / perEpoch);
    if (perEpoch) say("[data-run-epochs]", epochs);
    if (perEpoch) say("[data-run-epoch]", Math.min(Math.floor(Math.max(step - 1, 0) / perEpoch) + 1, epochs));
    this.#sayQuarter(Math.floor(4 * step / (total || Infinity)));
    const seconds = state === "running" && total ? this.remaining.seconds(total) : null;
    say("[data-run-time-left]", seconds === null ? "" : filled(this.texts.left, { time: clock(seconds, this.texts) }));
  }

  // For those who hear the page: what moves all the time would never let them hear anything else.
  #sayQuarter(quarter) {
    if (quarter > this.quarter) say("[data-run-said]", filled(this.texts.done, { part: 25 * quarter }));
    this.quarter = quarter;
  }

  #curve(name) {
    if (!this.curves.has(name)) this.curves.set(name, new Curve(name));
    for (const plot of this.plots) if (plot.wants(name)) plot.dirty = true;
    return this.curves.get(name);
  }

  #value(curve) {
    for (const element of all(`[data-value="${CSS.escape(curve.name)}"]`)) element.textContent = measured(curve.last, element.dataset.unit);
  }

  #plot(element) {
    const patterns = (element.dataset.series ?? "").split(" ").filter(Boolean);
    const fits = (pattern, name) => pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
    const plot = new Plot(element, {
      emptiness: () => this.emptiness,
      curves: () => patterns.flatMap((pattern) => [...this.curves.values()].filter((curve) => fits(pattern, curve.name))),
      ask: async (query) => {
        const answer = await fetch(`${this.windowAddress}?${query}`);
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.arrayBuffer();
      },
    });
    plot.wants = (name) => patterns.some((pattern) => fits(pattern, name));
    element.addEventListener("wanted", () => { plot.rests = 0; this.draw(); });
    return plot;
  }

  #soil() {
    for (const plot of this.plots) Object.assign(plot, { dirty: true, rests: 0 });
  }

  // One drawing after the other, and the next only when the last has finished; none while the page is hidden. The first chart
  // follows each message; the others take turns with it at their own calm pace, so that it never waits behind all of them.
  async draw() {
    if (this.drawing || document.hidden || !window.Plotly) return;
    this.drawing = true;
    clearTimeout(this.later);
    try {
      for (let plot; (plot = this.plots.find((one) => this.#isDue(one)));) {
        await plot.draw();
        if (plot !== this.plots[0] && !plot.empty) [plot.rests, this.turn] = [performance.now() + CALM, performance.now() + TURN];
        this.#countGaps(plot);
        await frame();
      }
    } finally {
      this.drawing = false;
    }
    if (this.plots.some((one) => one.dirty && one.seen)) this.later = setTimeout(() => this.draw(), TURN);
  }

  #isDue(plot) {
    const calm = plot.rests === 0 || performance.now() >= Math.max(plot.rests, this.turn);
    return plot.dirty && plot.seen && !document.hidden && calm;
  }

  #countGaps(plot) {
    const count = plot.curves().reduce((sum, curve) => sum + curve.nonfinite, 0);
    const text = count ? filled(this.texts.nan, { count }) : "";
    say(`[data-nonfinite="${CSS.escape(plot.key)}"]`, text);
  }

  #bindControls() {
    const bind = (attribute, read) => all(`[${attribute}]`).forEach((control) => {
      const key = control.getAttribute(attribute);
      const apply = () => {
        for (const plot of this.plots) if (key === "*" || key === plot.key) Object.assign(plot, read(control), { dirty: true, rests: 0 });
        this.draw();
      };
      control.addEventListener("input", apply);
      apply();
    });
    bind("data-chart-log", (control) => ({ log: control.checked }));
    bind("data-chart-smoothing", (control) => ({ smoothing: Math.min(Number(control.value), 0.999) }));
    const again = () => { forgetLooks(); this.#soil(); this.draw(); };
    document.addEventListener("themechange", again);
    document.addEventListener("visibilitychange", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }

  #connection(status, seconds) {
    for (const element of all("[data-connection]")) {
      element.textContent = this.texts[status];
      element.dataset.status = status;
      element.hidden = status === "live";
    }
    this.#event("connection", { status, seconds });
  }

  #event(type, detail) {
    document.dispatchEvent(new CustomEvent(`trainyard:${type}`, { detail }));
  }
}

const root = document.querySelector("[data-run]");
if (root) new Live(root);
