// Light or dark, before the first paint. Without a choice of the person's own the system's setting counts.
"use strict";

(() => {
  const root = document.documentElement;
  const KEY = "trainyard-theme";
  const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

  const choice = stored();
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;

  const show = (button) => {
    button.setAttribute("aria-pressed", String(dark()));
    button.querySelector("[data-when=light]").hidden = dark();
    button.querySelector("[data-when=dark]").hidden = !dark();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    show(button);
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* private mode: the choice lives as long as the page */ }
      show(button);
      document.dispatchEvent(new CustomEvent("themechange"));
    });
  });
})();
