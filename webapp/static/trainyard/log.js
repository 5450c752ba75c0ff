// A run's log goes on where the page left off: whenever the run's stream tells of something, the lines behind the last are asked
// for and put below. The server writes them, so that they read the same when the page is opened later.
//
//   <ol data-log="/runs/ID/log/" data-limit="500"><li data-entry="N">…
"use strict";

(() => {
  const TELLING = ["log", "state", "started", "rewind", "output", "result"];
  const PAUSE = 300;  // milliseconds: what comes in a burst is asked for once
  const AGAIN = 20;  // lines that are asked for once more: those of export runs may be late by a few numbers

  class Log {
    constructor(list) {
      this.list = list;
      this.waiting = this.asking = false;
      this.toEnd();
      for (const name of TELLING) document.addEventListener(`trainyard:${name}`, () => this.want());
      document.addEventListener("visibilitychange", () => { if (this.waiting) this.ask(); });
      document.body.addEventListener("htmx:afterSettle", (event) => { if (event.target.closest("#run-outcome, #run-status")) this.want(); });
    }

    want() {
      if (this.waiting) return;
      this.waiting = true;
      setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      if (this.asking || document.hidden) return;
      [this.waiting, this.asking] = [false, true];
      const from = [...this.list.children].at(-AGAIN)?.dataset.entry ?? 0;
      const answer = await fetch(`${this.list.dataset.log}?after=${from}`).catch(() => null);
      this.asking = false;
      if (answer?.ok) this.add(await answer.text());
      if (this.waiting) this.ask();
    }

    add(html) {
      const known = new Set([...this.list.children].map((line) => line.dataset.entry));
      const page = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html");
      const fresh = [...page.querySelectorAll("li")].filter((line) => !known.has(line.dataset.entry));
      const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
      this.list.append(...fresh);
      while (this.list.children.length > Number(this.list.dataset.limit)) this.list.firstElementChild.remove();
      clocks(this.list);
      if (atEnd) this.toEnd();
    }

    toEnd() { this.list.scrollTop = this.list.scrollHeight; }
  }

  const clocks = (list) => list.querySelectorAll("time[data-clock]").forEach((stamp) => {
    const moment = new Date(stamp.dateTime);
    stamp.textContent = moment.toLocaleTimeString();
    stamp.title = moment.toLocaleString();
    stamp.removeAttribute("data-clock");
  });

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-log]").forEach((list) => {
    clocks(list);
    new Log(list);
  }));
})();
