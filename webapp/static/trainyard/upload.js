// Sends files by the tus 1.0 protocol, chunk after chunk: it can pause, goes on by itself after a lost connection, and goes on
// in a new tab from where a closed one stood, when the same file is chosen again.
import { filled } from "./words.js";

const CHUNK = 8 * 1024 * 1024;
const PREFIX = "trainyard-upload:";
const RETRY_SECONDS = [1, 2, 4, 8, 15];
const FINAL = new Set([400, 401, 403, 404, 409, 410, 412, 413, 415, 507]);
const MENDABLE = new Set([401, 403, 507]);  // what was sent stays: once signed in, or with room, it can go on

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
export const size = (bytes) => {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const at = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));  // as the server counts
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: units[at], unitDisplay: "short", maximumFractionDigits: at > 1 ? 1 : 0 }).format(bytes / 1024 ** at);
};
const time = (seconds) => {
  const [value, unit] = seconds < 90 ? [Math.ceil(seconds), "second"] : seconds < 5400 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3600), "hour"];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short" }).format(value);
};
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
export const memory = {
  get(key) { try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(PREFIX + key, JSON.stringify(value)); } catch { /* then a closed tab begins anew */ } },
  // What this person began and did not finish: [key, {url, name, size}] each.
  all(owner) {
    const keys = (() => { try { return Object.keys(localStorage); } catch { return []; } })();
    const mine = keys.filter((key) => key.startsWith(`${PREFIX}${owner}:`)).map((key) => key.slice(PREFIX.length));
    return mine.map((key) => [key, this.get(key)]).filter(([, upload]) => upload?.url);
  },
  drop(key) { try { localStorage.removeItem(PREFIX + key); } catch { /* nothing was kept */ } },
};

class Refused extends Error {
  constructor(request) {
    super(reason(request));
    this.mendable = MENDABLE.has(request.status);
  }
}

// An answer that another try may change, such as that a piece arrived damaged; one that passes by itself is waited for.
class Trouble extends Error {
  constructor(request) {
    super(reason(request));
    this.passes = request.status === 503;
  }
}

export const keyOf = (form, file) => [form.owner, file.name, file.size, file.lastModified].join(":");

export const newRow = (name) => {
  const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = name;
  return row;
};

export class Upload {
  constructor(form, file) {
    this.form = form;
    this.file = file;
    this.key = keyOf(form, file);
    this.offset = 0;
    this.paused = this.removed = this.done = this.running = false;
    this.row = newRow(file.name);
    this.row.querySelector("[data-pause]").addEventListener("click", () => this.toggle());
    this.row.querySelector("[data-remove]").addEventListener("click", () => this.remove());
    this.said = this.row.querySelector("[data-said]");
    this.bar = this.row.querySelector("progress");
    this.say("waiting");
  }

  say(name, values = {}) {
    this.said.classList.remove("error");
    this.said.textContent = filled(this.form.texts[name], values);
  }

  show(sent) {
    this.bar.value = this.file.size ? sent / this.file.size : 1;
    const seconds = (performance.now() - this.began) / 1000;
    const rate = (sent - this.beganAt) / Math.max(seconds, 0.2);
    this.say("sending", { sent: size(sent), size: size(this.file.size), left: rate > 0 ? time((this.file.size - sent) / rate) : "…" });
  }

  toggle() {
    if (this.paused) return this.goOn();
    this.pause();
    this.request?.abort();
    this.say("paused", { sent: size(this.offset), size: size(this.file.size) });
    this.form.tell(this);
  }

  pause() {
    this.paused = true;
    this.row.querySelector("[data-pause] span").textContent = this.form.texts.resume;
  }

  goOn() {
    this.paused = false;
    this.row.querySelector("[data-pause] span").textContent = this.form.texts.pause;
    this.run();
  }

  remove() {
    if (this.offset && !this.done && !confirm(filled(this.form.texts.sure, { name: this.file.name }))) return;
    this.removed = true;
    this.request?.abort();
    if (this.url) this.call("DELETE", this.url).catch(() => {});
    memory.drop(this.key);
    this.row.remove();
    this.form.removed(this);
  }

  async run() {
    this.hurry?.();
    if (this.running) return;
    this.running = true;
    await this.sendAll().finally(() => { this.running = false; });
  }

  // Until all is sent, or until somebody pauses; whatever breaks on the way is tried again.
  async sendAll() {
    if (!this.file.size) return this.fail(this.form.texts.empty);
    for (let attempt = 0; !this.paused && !this.removed && !this.done; ) {
      try {
        await this.findOffset();
        this.began = performance.now();
        this.beganAt = this.offset;
        while (this.offset < this.file.size && !this.paused && !this.removed) {
          await this.sendChunk();
          attempt = 0;
        }
        if (this.offset >= this.file.size) this.finish();
      } catch (error) {
        if (this.paused || this.removed) return;
        if (error instanceof Refused) return this.fail(filled(this.form.texts.failed, { reason: error.message }), error.mendable);
        if (error instanceof Trouble && !error.passes && attempt >= RETRY_SECONDS.length) return this.fail(error.message, true);
        if (error instanceof Trouble) this.say("trouble", { reason: error.message });
        else this.say("offline");
        await this.backOff(attempt++);
      }
    }
  }

  async backOff(attempt) {
    const online = new Promise((resolve) => addEventListener("online", resolve, { once: true }));
    const hurried = new Promise((resolve) => { this.hurry = resolve; });
    await Promise.race([wait(RETRY_SECONDS[Math.min(attempt, RETRY_SECONDS.length - 1)]), online, hurried]);
  }

  // Where the server stands: its word counts, not ours. An upload it no longer knows begins anew.
  async findOffset() {
    this.url ??= memory.get(this.key)?.url;
    if (this.url) {
      const standing = await this.call("HEAD", this.url, {}, null, new Set([404, 410]));
      if (standing) {
        this.offset = Number(standing.getResponseHeader("Upload-Offset"));
        if (this.offset) this.say("resumed", { sent: size(this.offset) });
        return;
      }
      memory.drop(this.key);
    }
    const name = base64(new TextEncoder().encode(this.file.name));
    this.beginning ??= base64(crypto.getRandomValues(new Uint8Array(18)));  // a lost answer must not begin a second upload
    const headers = { "Upload-Length": String(this.file.size), "Upload-Metadata": `filename ${name}`, "Idempotency-Key": this.beginning };
    const answer = await this.call("POST", this.form.address, headers);
    this.beginning = null;
    this.url = new URL(answer.getResponseHeader("Location"), location.href).pathname;
    this.offset = 0;
    memory.set(this.key, { url: this.url, name: this.file.name, size: this.file.size, at: Date.now() });
  }

  async sendChunk() {
    const bytes = await this.file.slice(this.offset, this.offset + CHUNK).arrayBuffer();
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(this.offset) };
    if (crypto.subtle) headers["Upload-Checksum"] = `sha256 ${base64(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))}`;
    if (this.paused || this.removed) return;
    const answer = await this.call("PATCH", this.url, headers, bytes);
    this.offset = Number(answer.getResponseHeader("Upload-Offset"));
    this.show(this.offset);
  }

  // XMLHttpRequest, because fetch does not tell how much of a body has left.
  call(method, url, headers = {}, body = null, absent = new Set()) {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      request.open(method, url);
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      request.setRequestHeader("X-CSRFToken", this.form.token);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (body) request.upload.addEventListener("progress", (event) => this.show(this.offset + event.loaded));
      request.addEventListener("error", () => reject(new Error("network")));
      request.addEventListener("abort", () => reject(new Error("aborted")));
      request.addEventListener("load", () => {
        if (request.status < 300) return resolve(request);
        if (absent.has(request.status)) return resolve(null);
        if (FINAL.has(request.status) && !(method === "PATCH" && request.status === 409)) return reject(new Refused(request));
        reject(new Trouble(request));
      });
      request.send(body);
    });
  }

  finish() {
    this.done = true;
    memory.drop(this.key);
    this.bar.value = 1;
    this.row.querySelector("[data-pause]").hidden = true;
    this.say("done", { size: size(this.file.size) });
    this.form.tell(this);
    this.form.finished();
  }

  // What can be mended, by signing in or by making room, goes on by a press of the button.
  fail(sentence, mendable = false) {
    if (mendable) this.pause();
    else memory.drop(this.key);
    this.row.querySelector("[data-pause]").hidden = !mendable;
    this.bar.hidden = !mendable;
    this.said.textContent = sentence;
    this.said.classList.add("error");
    this.form.tell(this);
  }

  get identifier() { return this.url.split("/").filter(Boolean).pop(); }
}

const reason = (request) => {
  try { return JSON.parse(request.responseText).detail ?? String(request.status); } catch { return String(request.status); }
};
