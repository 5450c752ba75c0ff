// The points of a run's metrics in the browser. A long curve is thinned: of each stretch its smallest and largest value stay, so
// that no spike is ever hidden, and one value that is no number, so that its gap is seen.
"use strict";

const HELD = 4_000;
const KEPT = 2_000;
const stays = (name) => name.startsWith("hardware/");  // what a rewind does not touch

export class Curve {
  constructor(name) {
    this.name = name;
    this.clear();
  }

  clear() {
    this.steps = [];
    this.values = [];
    this.times = [];
    this.count = 0;
    this.nonfinite = 0;
  }

  get last() { return this.values.at(-1); }

  append({ steps, values, times }) {
    for (let i = 0; i < steps.length; i += 1) {
      const value = Number(values[i]);  // "NaN" and "Infinity" come as texts
      this.steps.push(steps[i]);
      this.values.push(value);
      this.times.push(times[i]);
      if (!Number.isFinite(value)) this.nonfinite += 1;
    }
    this.count += steps.length;
    if (this.steps.length > HELD) this.#keep(thinned(stays(this.name) ? this.times : this.steps, this.values, KEPT));
  }

  replace({ steps, values, times, count, nonfinite }) {
    this.clear();
    this.append({ steps, values, times });
    this.count = count;
    this.nonfinite = nonfinite;
  }

  rewind(step) {
    if (stays(this.name)) return;
    const places = [];
    for (let i = 0; i < this.steps.length; i += 1) if (this.steps[i] <= step) places.push(i);
    this.count -= this.steps.length - places.length;
    for (let i = 0; i < this.steps.length; i += 1) {
      if (this.steps[i] > step && !Number.isFinite(this.values[i])) this.nonfinite -= 1;
    }
    this.#keep(places);
  }

  #keep(places) {
    for (const part of ["steps", "values", "times"]) this[part] = places.map((place) => this[part][place]);
  }
}

// Places of about `count` points: of each of count / 2 equal stretches of x the smallest, the largest, and a gap if there is one.
export function thinned(x, values, count) {
  const first = x[0];
  const width = (x.at(-1) - first) / Math.max(1, Math.floor(count / 2)) || 1;
  const places = new Set([0, x.length - 1]);
  let stretch = null;
  let [low, high, gap] = [-1, -1, -1];
  const close = () => { for (const place of [low, high, gap]) if (place >= 0) places.add(place); };
  for (let i = 0; i < x.length; i += 1) {
    const here = Math.floor((x[i] - first) / width);
    if (here !== stretch) {
      close();
      [stretch, low, high, gap] = [here, -1, -1, -1];
    }
    if (!Number.isFinite(values[i])) gap = gap < 0 ? i : gap;
    else {
      if (low < 0 || values[i] < values[low]) low = i;
      if (high < 0 || values[i] > values[high]) high = i;
    }
  }
  close();
  return [...places].sort((a, b) => a - b);
}

// An exponential mean, corrected for its start at nothing (Kingma and Ba, Adam, section 3). A value that is no number stays a gap.
export function smoothed(values, weight) {
  let mean = 0;
  let left = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = weight * mean + (1 - weight) * value;
    left *= weight;
    return mean / (1 - left);
  });
}

// The windows in an answer of /runs/<id>/window (webapp.metrics.window.Window.binary).
export function windows(buffer) {
  const headers = [];
  for (let at = 0; at < buffer.byteLength;) {
    const length = new DataView(buffer).getUint32(at, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, at + 4, length)));
    at = padded(at + 4 + length);
    for (const [name, kind, count] of header.arrays) {
      const array = new { u4: Uint32Array, f4: Float32Array, f8: Float64Array }[kind](buffer, at, count);
      header[name] = Array.from(array, name === "steps" ? (step) => step + header.base : undefined);
      at = padded(at + array.byteLength);
    }
    headers.push(header);
  }
  return headers;
}

const padded = (at) => Math.ceil(at / 8) * 8;
