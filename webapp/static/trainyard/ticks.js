// Several of many to tick: how many are, a part of a name that narrows long lists, and arrows that go through them. One stop of
// the Tab key is enough for hundreds of boxes.
import { filled } from "./words.js";

const boxes = (list) => [...list.querySelectorAll("input[type=checkbox]")];
const inSight = (list) => boxes(list).filter((box) => !box.parentElement.hidden);

function count(list) {
  const n = boxes(list).filter((box) => box.checked).length;
  list.querySelector("[data-count]").textContent = n ? filled(list.dataset.some, { n }) : "";
}

function narrow(list, part) {
  const letters = part.trim().toLowerCase();
  for (const box of boxes(list)) box.parentElement.hidden = !box.parentElement.textContent.toLowerCase().includes(letters);
  if (!inSight(list).some((box) => box.tabIndex === 0)) rove(list, inSight(list)[0]);
}

function rove(list, box) {
  for (const other of boxes(list)) other.tabIndex = other === box ? 0 : -1;
}

const PLACES = {
  ArrowDown: (place) => place + 1,
  ArrowRight: (place) => place + 1,
  ArrowUp: (place) => place - 1,
  ArrowLeft: (place) => place - 1,
  Home: () => 0,
  End: (place, last) => last,
};

document.addEventListener("input", (event) => {
  const list = event.target.closest?.("[data-ticks]");
  if (!list) return;
  if (event.target.matches("[data-narrow]")) narrow(list, event.target.value);
  else count(list);
});

document.addEventListener("keydown", (event) => {
  const list = event.target.closest?.("[data-ticks]");
  if (!list || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter" && event.target.matches("[data-narrow]")) return event.preventDefault();  // no reason to start the run
  if (!event.target.matches("[type=checkbox]") || !(event.key in PLACES)) return;
  const all = inSight(list);
  const place = PLACES[event.key](all.indexOf(event.target), all.length - 1);
  event.preventDefault();
  all[Math.min(Math.max(place, 0), all.length - 1)].focus();
});

document.addEventListener("focusin", (event) => {
  const list = event.target.matches?.("[data-long] [type=checkbox]") && event.target.closest("[data-ticks]");
  if (list) rove(list, event.target);
});
