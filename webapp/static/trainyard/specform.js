// The form of a new run: choosing a component shows its fields and silences the others'; every change asks for a fresh preview.
// JSON that is edited stays until it is put into the form.
"use strict";

(() => {
  const swap = (choice) => {
    for (const fieldset of choice.closest("[data-part]").querySelectorAll(":scope > [data-option]")) {
      const chosen = fieldset.dataset.option === choice.value;
      fieldset.hidden = !chosen;
      fieldset.disabled = !chosen;
    }
  };
  const preview = () => window.htmx?.trigger("#spec-preview", "specchange");

  document.addEventListener("change", (event) => { if (event.target.matches("[data-part-choice]")) swap(event.target); });
  document.addEventListener("input", (event) => {
    if (event.target.id === "spec-json") document.getElementById("json-edited").value = "1";  // previews leave it alone
    if (event.target.closest("#spec-form") && event.target.id !== "spec-json") preview();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "spec-fields") return;
    preview();
    document.getElementById("spec-errors")?.scrollIntoView({ block: "center" });
  });
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelector("[aria-invalid=true]")?.focus({ preventScroll: false }));
})();
