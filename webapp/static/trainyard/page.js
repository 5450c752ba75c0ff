// What every page does: keys and their help, dialogs, copying, forms that send themselves, times in the reader's own zone.
"use strict";

(() => {
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const target = event.target instanceof Element ? event.target.closest(selector) : null;
      if (target) act(target, event);
    });

  on("click", "[data-open]", (button) => document.getElementById(button.dataset.open)?.showModal());
  on("click", "[data-close]", (button) => button.closest("dialog")?.close());
  // A press beside a dialog closes it; one that began inside, to mark a text, does not.
  const isBeside = (dialog, { clientX: x, clientY: y }) => {
    const box = dialog.getBoundingClientRect();
    return x < box.left || x > box.right || y < box.top || y > box.bottom;
  };
  let beganBeside = false;
  on("pointerdown", "dialog", (dialog, event) => { beganBeside = event.target === dialog && isBeside(dialog, event); });
  on("click", "dialog", (dialog, event) => { if (beganBeside && event.target === dialog && isBeside(dialog, event)) dialog.close(); });
  on("change", "[data-submit]", (field) => field.form?.requestSubmit());
  on("click", "[data-copy]", async (button) => {
    const source = document.getElementById(button.dataset.copy);  // a field, or a text
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    try { await navigator.clipboard.writeText(source.value ?? source.textContent); } catch { document.execCommand("copy"); }
    button.querySelector("span").textContent = button.dataset.done;
  });

  // A form is sent once: a second press of an impatient finger would make a second run.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((button) => { button.disabled = true; }));
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form button[disabled]").forEach((button) => { button.disabled = false; });
  });

  // "g r" goes to the runs, "n" starts a new one, "?" lists all keys.
  let pending = 0;
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea, dialog[open], [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const chord = Date.now() - pending < 1200 ? `g ${event.key}` : event.key;
    pending = event.key === "g" ? Date.now() : 0;
    if (event.key === "?") return document.getElementById("keys")?.showModal();
    const target = document.querySelector(`[data-key="${CSS.escape(chord)}"]`);
    if (target) { event.preventDefault(); target.click(); }
  });

  // A list that nobody looks at does not ask again and again; a page that waits for an end does.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.hasAttribute("data-rests")) event.preventDefault();
  });

  // An answer that did not come, or refused what was asked: the page says so until one comes again. What asks regularly goes on.
  const bar = (text) => {
    const element = document.getElementById("offline");
    if (!element) return;
    element.textContent = text ? element.dataset[text] : "";
    element.hidden = !text;
  };
  document.addEventListener("htmx:sendError", () => bar("lost"));
  document.addEventListener("htmx:responseError", (event) => bar(event.detail.xhr.status === 503 ? "away" : "refused"));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) bar(""); });

  const localTimes = (root) => {
    root.querySelectorAll?.("time[data-local]").forEach((element) => { element.title = new Date(element.dateTime).toLocaleString(); });
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    root.querySelectorAll?.("time[data-moment]").forEach((element) => { element.textContent = format.format(new Date(element.dateTime)); });
  };
  document.addEventListener("DOMContentLoaded", () => localTimes(document));
  document.addEventListener("htmx:load", (event) => localTimes(event.target));
})();
