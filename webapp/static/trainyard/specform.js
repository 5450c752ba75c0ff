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

  // What the lists make of the rows is shown for the lists as they were: it goes when they change, and the work for it ends.
  const outdate = (place) => {
    const panel = place.querySelector("#preparation");
    document.querySelectorAll("[data-preview]").forEach((button) => window.htmx?.trigger(button, "htmx:abort"));
    if (!panel.childElementCount) return;
    if (panel.dataset.cancel) window.htmx.ajax("POST", panel.dataset.cancel, { source: document.body, swap: "none" });
    const empty = document.createElement("div");
    empty.id = panel.id;
    panel.replaceWith(empty);
    place.querySelector("[data-said]").textContent = "";
  };
  const prepared = (element) => element.closest("section")?.querySelector("[data-preparation]");

  document.addEventListener("change", (event) => { if (event.target.matches("[data-part-choice]")) swap(event.target); });
  // Nobody heard what was chosen before this script came, or what a browser put back into the form.
  addEventListener("pageshow", () => {
    const unheard = [...document.querySelectorAll("[data-part-choice]")].filter((choice) => !choice.selectedOptions[0]?.defaultSelected);
    unheard.forEach(swap);
    if (unheard.length) preview();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "spec-json") document.getElementById("json-edited").value = "1";  // previews leave it alone
    const place = prepared(event.target);
    if (place && !place.contains(event.target)) outdate(place);
    if (event.target.closest("#spec-form") && event.target.id !== "spec-json") preview();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id === "spec-fields") event.target.querySelectorAll("[data-preparation]").forEach(outdate);
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.target.id !== "preparation") return;
    event.target.scrollIntoView({ block: "nearest" });
    event.target.parentElement.querySelector("[data-said]").textContent = event.target.querySelector("p")?.textContent ?? "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "spec-fields") return;
    preview();
    document.getElementById("spec-errors")?.scrollIntoView({ block: "center" });
  });
})();
