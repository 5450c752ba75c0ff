// Lines that grow between two whole drawings of their chart: new points go into the paths that Plotly has drawn, while axes, legend
// and what is told under the pointer wait for the next whole drawing. That takes a fifth of the time, and follows each message.
//
// Of Plotly's inside this reads the axes (length, d2p) and each trace's uid, which its elements carry as a class.
"use strict";

const WHOLE_EVERY = 1_000;  // milliseconds from one whole drawing to the next, while points come
const ROOM = 0.03;  // of the axis is left free for points to come

// The end of an axis of steps that holds these traces, with room.
export function end(traces) {
  const [first, last] = [Math.min(...traces.map(({ x }) => x[0])), Math.max(...traces.map(({ x }) => x.at(-1)))];
  return last + ROOM * (last - first);
}

export class Growth {
  // whole() has the chart drawn whole.
  constructor(element, whole) {
    this.element = element;
    this.whole = whole;
    this.forget();
  }

  // Until the next whole drawing nothing grows.
  forget() {
    clearTimeout(this.timer);
    this.timer = null;
    this.due = 0;
  }

  // What is drawn whole now. To be called before: Plotly writes into what it draws.
  note(traces, layout) {
    this.forget();
    this.looks = looks(traces, layout);
    this.sizes = traces.map(size);
    this.due = performance.now() + WHOLE_EVERY;
  }

  // Let the drawn lines grow to these traces. False, with nothing changed, if only a whole drawing can show them.
  to(traces, layout) {
    const left = this.due - performance.now();
    if (left <= 0 || this.looks !== looks(traces, layout)) return false;
    const changed = traces.map((trace, place) => [trace, place]).filter(([trace, place]) => size(trace) !== this.sizes[place]);
    const drawn = changed.map(([trace, place]) => [this.#path(place), this.#line(trace)]);
    if (drawn.some(([path, line]) => !path || !line)) return false;
    for (const [path, line] of drawn) path.setAttribute("d", line);
    for (const [trace, place] of changed) this.sizes[place] = size(trace);
    this.timer ??= setTimeout(() => { this.forget(); this.whole(); }, left);
    return true;
  }

  // The one path of a trace, if it has no other and no markers.
  #path(place) {
    const paths = this.element.querySelectorAll(`.trace${this.element._fullData[place].uid} path`);
    return paths.length === 1 ? paths[0] : null;
  }

  // The line through all points, null if one of them is no number or beyond the axes.
  #line({ x, y }) {
    const { xaxis, yaxis } = this.element._fullLayout;
    const points = [];
    for (let i = 0; i < x.length; i += 1) {
      const [across, down] = [xaxis.d2p(x[i]), yaxis.d2p(y[i])];
      if (y[i] === null || !(across >= 0 && across <= xaxis._length && down >= 0 && down <= yaxis._length)) return null;
      points.push(`${across.toFixed(1)},${down.toFixed(1)}`);
    }
    return `M${points.join("L")}`;
  }
}

const size = ({ x }) => `${x.length} ${x.at(-1)}`;
const looks = (traces, layout) => JSON.stringify([traces.map(({ x, y, ...look }) => look), layout]);
