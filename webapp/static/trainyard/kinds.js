// The kinds of a table's columns as they are chosen: what a kind has to say appears beside it, and the foot counts what differs.
import { filled } from "./words.js";

const isChanged = (row) => [...row.querySelectorAll("select")].some((field) => !field.closest("[hidden]") && field.value !== field.dataset.initial);
const forms = () => document.querySelectorAll("form[data-kinds]");

const sync = (form) => {
  const rows = [...form.querySelectorAll("tr:has([data-kind])")];
  for (const row of rows) {
    const kind = row.querySelector("[data-kind]").value;
    for (const option of row.querySelectorAll("[data-option-of]")) option.hidden = option.dataset.optionOf !== kind;
    for (const option of row.querySelectorAll("[data-option-of]:not([hidden])")) option.open ||= isChanged(row);
    row.classList.toggle("changed", isChanged(row));
  }
  const count = form.querySelectorAll("tr.changed").length;
  const foot = form.querySelector("[data-count]");
  if (!foot) return;
  const { one, many } = form.dataset;
  foot.textContent = filled(count === 1 ? one : many, { n: count });
  foot.hidden = form.querySelector("[data-undo]").hidden = form.querySelector("[data-preview]").hidden = count === 0;
  form.querySelector("[data-hint]").hidden = count > 0;
  foot.parentElement.classList.toggle("is-changed", count > 0);
};
// What was chosen stands in the tab's history, so that it is there after reloading and after going back.
const note = (form) => {
  const chosen = [...form.querySelectorAll("select")].filter((field) => field.value !== field.dataset.initial);
  history.replaceState({ ...history.state, kinds: Object.fromEntries(chosen.map((field) => [field.name, field.value])) }, "");
};
const restore = (form) => {
  const chosen = history.state?.kinds;
  if (chosen) for (const field of form.querySelectorAll("select")) {
    const value = chosen[field.name] ?? field.dataset.initial;
    if ([...field.options].some((option) => option.value === value)) field.value = value;
  }
  sync(form);
};
const all = () => forms().forEach(restore);

// "Undo" goes back to what the version has, also where the page came with the choice of a preview.
const undo = (form) => {
  for (const field of form.querySelectorAll("select")) field.value = field.dataset.initial;
  sync(form);
  note(form);
  form.querySelector("[data-kind]")?.focus({ preventScroll: true });
};

document.addEventListener("change", (event) => { if (event.target.form?.matches("[data-kinds]")) { sync(event.target.form); note(event.target.form); } });
document.addEventListener("reset", (event) => { if (event.target.matches("[data-kinds]")) { event.preventDefault(); undo(event.target); } });
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-to-kind]") : null;
  const field = link && document.querySelector(link.hash);
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});
document.addEventListener("DOMContentLoaded", all);
addEventListener("pageshow", all);
document.addEventListener("htmx:afterSettle", all);
