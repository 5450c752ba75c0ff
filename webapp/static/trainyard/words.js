// Sentences, numbers and times as a person reads them.
"use strict";

const THIN = "\u202f";  // a narrow space that does not break
export const GIGABYTE = 2 ** 30;

// A sentence with its gaps filled: "%(name)s" is replaced, "%%" is a percent sign.
export const filled = (sentence, gaps) =>
  sentence.replace(/%(?:\((\w+)\)[sdif]|%)/g, (gap, name) => name === undefined ? "%" : String(gaps[name] ?? "…"));

export const short = (value) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return grouped(Number(value.toPrecision(4)));
};

// 14363.5 as 14 363.5, as the server writes it.
export const grouped = (number) => {
  const [whole, rest] = String(number).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, THIN), ...(rest ? [rest] : [])].join(".");
};

// A value of a metric with its unit: ratio (0.98 is 98 %), percent, bytes, or none.
export function measured(value, unit) {
  if (!Number.isFinite(value) || !unit) return short(value);
  if (unit === "bytes") return `${(value / GIGABYTE).toFixed(1)}${THIN}GB`;
  return `${short(unit === "ratio" ? 100 * value : value)}${THIN}%`;
}

// How long that is, in the words of ``texts``: hours, minutes, seconds.
export function clock(seconds, texts) {
  const rounded = Math.max(1, Math.round(seconds));
  const [h, m] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60];
  if (h) return filled(texts.hours, { h, m });
  return m ? filled(texts.minutes, { m, s: rounded % 60 }) : filled(texts.seconds, { n: rounded });
}

// How long the rest takes, from the steps of the last half minute.
export class RemainingTime {
  #noted = [];

  note(step, time) {
    const last = this.#noted.at(-1);
    if (last && (step <= last.step || time - last.time < 0.2)) return;
    this.#noted.push({ step, time });
    while (this.#noted.length > 2 && time - this.#noted[0].time > 30) this.#noted.shift();
  }

  forget() { this.#noted = []; }

  seconds(total) {
    const [first, last] = [this.#noted[0], this.#noted.at(-1)];
    if (!first || last.step <= first.step) return null;
    return (total - last.step) * (last.time - first.time) / (last.step - first.step);
  }
}
