// A run's log goes on where the page left off: whenever the run's stream tells of something, the lines behind the last are asked
// for and put below. The server writes them, so that they read the same when the page is opened later.
//
//   <div data-log="/runs/ID/log/" data-limit="500"><ol><li data-run="ID" data-seq="N">…
"use strict";

(() => {
  const TELLING = ["log", "state", "started", "rewind", "output", "result"];
  const PAUSE = 300;  // milliseconds: what comes in a burst is asked for once

  class Log {
    constructor(frame) {
      this.frame = frame;  // what scrolls
      this.list = frame.querySelector("ol");
      this.lastOf = new Map();  // of each stream that has lines here, the last number; those of export runs have numbers of their own
      this.note(this.list.children);
      this.waiting = this.asking = false;
      this.toEnd();
      for (const name of TELLING) document.addEventListener(`trainyard:${name}`, () => this.want());
      document.addEventListener("visibilitychange", () => { if (this.waiting) this.ask(); });
      document.body.addEventListener("htmx:afterSettle", (event) => { if (event.target.closest("#run-outcome, #run-status")) this.want(); });
    }

    want() {
      if (this.waiting) return;
      this.waiting = true;
      setTimeout(() => { if (this.waiting) this.ask(); }, PAUSE);
    }

    async ask() {
      if (this.asking || document.hidden) return;
      [this.waiting, this.asking] = [false, true];
      const after = new URLSearchParams([...this.lastOf].map(([run, seq]) => ["after", `${run}:${seq}`]));
      const answer = await fetch(`${this.frame.dataset.log}?${after}`).catch(() => null);
      if (answer?.ok) this.add(await answer.text().catch(() => ""));
      this.asking = false;  // not before the lines are there: who asks earlier gets them twice
      if (this.waiting) this.ask();
    }

    add(html) {
      const fresh = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelectorAll("li");
      this.note(fresh);
      const atEnd = this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < 40;
      this.list.append(...fresh);
      while (this.list.children.length > Number(this.frame.dataset.limit)) this.list.firstElementChild.remove();
      clocks(this.list);
      if (atEnd) this.toEnd();
    }

    note(lines) {
      for (const { dataset: { run, seq } } of lines) this.lastOf.set(run, Math.max(this.lastOf.get(run) ?? 0, Number(seq)));
    }

    toEnd() { this.frame.scrollTop = this.frame.scrollHeight; }
  }

  const clocks = (list) => list.querySelectorAll("time[data-clock]").forEach((stamp) => {
    const moment = new Date(stamp.dateTime);
    stamp.textContent = moment.toLocaleTimeString();
    stamp.title = moment.toLocaleString();
    stamp.removeAttribute("data-clock");
  });

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-log]").forEach((frame) => {
    clocks(frame);
    new Log(frame);
  }));
})();
