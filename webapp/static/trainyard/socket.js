// The websocket of a run. Every message has numbers: `from`, up to which a browser must have been told, and `seq`, where it then
// stands. So nothing is taken twice, and a hole is noticed and asked for: after any break the server is told the last number.
"use strict";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 10_000;
const STEADY_AFTER = 5_000;  // a connection that lived so long starts with short waits again
const NOT_ALLOWED = 4403;

export class RunSocket {
  // take(message) gets each message once and in order; tell(status, seconds) learns "live", "reconnecting" or "closed".
  // outrun() is called where the server does not know our number, as after a restore: nothing that was taken counts any more.
  constructor(path, { after = 0, take, tell = () => {}, outrun = () => {} }) {
    this.path = path;
    this.position = after;
    this.take = take;
    this.tell = tell;
    this.outrun = outrun;
    this.wait = FIRST_WAIT;
    this.timer = 0;
    this.ended = this.live = false;
    addEventListener("online", () => this.#hurry());
    addEventListener("pageshow", (event) => { if (event.persisted) this.#hurry(); });
    addEventListener("pagehide", () => this.#drop());
    document.addEventListener("visibilitychange", () => {
      this.#sayVisibility();
      if (!document.hidden) this.#hurry();
    });
    this.#open();
  }

  #open() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}?after=${this.position}`);
    this.socket = socket;
    this.opened = performance.now();
    socket.onmessage = (event) => { if (socket === this.socket) this.#receive(JSON.parse(event.data)); };
    socket.onclose = (event) => { if (socket === this.socket) this.#closed(event.code); };
  }

  #receive(message) {
    if (message.unknown !== undefined) return this.#outrun(message.unknown);
    if (message.type === "hello") {
      this.live = true;
      this.tell("live", 0);
      this.#sayVisibility();
      this.take(message);
      return;
    }
    if (message.seq <= this.position) return;
    if ((message.from ?? message.seq - 1) > this.position) return this.#drop(true);
    this.position = message.seq;
    this.take(message);
  }

  #outrun(number) {
    console.warn(`The server does not know number ${number} of this run.`);
    this.#end();
    this.outrun();
  }

  #end() {
    this.ended = true;
    this.#drop();
    this.tell("closed", 0);
  }

  // Refused on arrival is refused for good. Shut out later may be the session that got a new key: it is tried once more.
  #closed(code) {
    this.socket = null;
    if (code === NOT_ALLOWED && !this.live) return this.#end();
    this.live = false;
    if (performance.now() - this.opened > STEADY_AFTER) this.wait = FIRST_WAIT;
    const pause = this.wait * (0.5 + Math.random());  // so that a thousand browsers don't come back at the same moment
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    this.tell("reconnecting", pause / 1000);
    this.timer = setTimeout(() => this.#open(), pause);
  }

  #drop(again = false) {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.timer);
    socket?.close();
    if (again) this.#closed(0);
  }

  #hurry() {
    if (this.socket || this.ended) return;
    this.wait = FIRST_WAIT;
    this.#open();
  }

  #sayVisibility() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ type: "visible", value: !document.hidden }));
  }
}
