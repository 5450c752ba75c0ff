// Lists of components: adding, moving, removing and undoing at once. The same buttons ask the server on a page without scripts.
import { filled } from "./words.js";

const removed = new WeakMap();  // what stood where a line says that it was removed
const FIELDS = "input, select, textarea";

const listOf = (element) => element.closest("[data-list]");
const body = (list) => list.querySelector(":scope > [data-items]");
const items = (list) => [...body(list).children].filter((line) => line.matches("[data-item]"));
const grip = (item) => item.querySelector("[data-grip]") ?? item.querySelector("[data-move]");

function say(list, text, item) {
  const all = items(list);
  const gaps = { name: item.dataset.label, place: all.indexOf(item) + 1, count: all.length };
  list.querySelector(":scope > [data-said]").textContent = filled(list.dataset[text], gaps);
}

// Numbers and ends of the list follow its order; whoever shows what the form would do hears of it.
function settle(list) {
  const all = items(list);
  all.forEach((item, place) => {
    item.querySelector("[data-number]").textContent = place + 1;
    const ends = { "-1": place === 0, 1: place === all.length - 1 };
    for (const button of item.querySelectorAll("[data-move]")) {
      if (button.closest("[data-item]") === item) button.setAttribute("aria-disabled", ends[button.dataset.move]);
    }
  });
  list.querySelector(":scope > [data-empty]").hidden = body(list).children.length > 0;
  const preview = list.querySelector(":scope > .list-foot > [data-preview]");
  if (preview) preview.hidden = all.length === 0 && !("always" in preview.dataset);
  list.dispatchEvent(new Event("input", { bubbles: true }));
}

const forget = (list) => body(list).querySelectorAll(":scope > [data-gone-line]").forEach((line) => line.remove());

function move(item, by) {
  const list = listOf(item);
  const all = items(list);
  const other = all[all.indexOf(item) + by];
  if (!other) return;
  const focus = item.contains(document.activeElement) ? document.activeElement : grip(item);
  forget(list);
  if (by < 0) other.before(item);
  else other.after(item);
  settle(list);
  focus.focus();
  item.scrollIntoView({ block: "nearest" });
  say(list, "moved", item);
}

function remove(item) {
  const list = listOf(item);
  forget(list);
  const line = list.querySelector(":scope > [data-gone]").content.firstElementChild.cloneNode(true);
  line.querySelector("[data-gone-name]").textContent = item.dataset.label;
  removed.set(line, item);
  say(list, "removed", item);
  item.replaceWith(line);
  settle(list);
  line.querySelector("[data-undo]").focus();
}

function undo(line) {
  const [list, item] = [listOf(line), removed.get(line)];
  line.replaceWith(item);
  settle(list);
  grip(item).focus();
  say(list, "restored", item);
}

function add(button) {
  const list = listOf(button);
  const { placeholder, next } = list.dataset;
  const fresh = document.createElement("template");
  fresh.innerHTML = button.nextElementSibling.innerHTML.replaceAll(placeholder, next);
  const item = fresh.content.firstElementChild;
  list.dataset.next = Number(next) + 1;
  forget(list);
  body(list).append(item);
  button.closest("[data-menu]").open = false;
  summarise(item);
  settle(list);
  grip(item).focus();
  item.scrollIntoView({ block: "nearest" });
  say(list, "added", item);
}

// The line that stands for the fields of a folded item, as the server writes it.
function summarise(item) {
  const line = item.querySelector("[data-words]");
  if (!line) return;
  const own = [...item.querySelectorAll("label[for], [data-ticks], [data-item]")].filter((one) => one.parentElement.closest("[data-item]") === item);
  line.textContent = own.map((one) => one.matches("[data-item]") ? one.dataset.label : wordsOf(item, one)).filter(Boolean).join(", ");
}

function wordsOf(item, label) {
  if (label.matches("[data-ticks]")) return ticked(label);
  const field = item.querySelector(`#${CSS.escape(label.htmlFor)}`);
  if (!field || field.matches(":disabled")) return "";
  const name = label.textContent.trim();
  if (field.type === "checkbox") return field.checked ? name : "";
  const value = field.selectedOptions ? [...field.selectedOptions].map((option) => option.text).join(", ") : field.value;
  const unit = field.nextElementSibling?.matches(".with-unit > span") ? field.nextElementSibling.textContent : "";
  return value ? `${name} ${value} ${unit}`.trim() : "";
}

function ticked(list) {
  const names = [...list.querySelectorAll("label:has(:checked)")].map((label) => label.textContent.trim());
  return names.length ? `${list.querySelector("legend").firstChild.textContent.trim()} ${names.join(", ")}` : "";
}

const actions = {
  "[data-add]": (button) => add(button),
  "[data-remove]": (button) => remove(button.closest("[data-item]")),
  "[data-move]": (button) => move(button.closest("[data-item]"), Number(button.dataset.move)),
  "[data-undo]": (button) => undo(button.closest("[data-gone-line]")),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-list] button");
  const selector = button && Object.keys(actions).find((one) => button.matches(one));
  if (!selector) return;
  event.preventDefault();
  actions[selector](button);
});

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("[data-item]");
  if (event.key === "Escape") return fold(event.target);
  if (step(event)) return;
  if (!item || event.target.matches(FIELDS)) return;
  const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : 0;
  if (by) move(item, by);
  else if (event.key === "Delete" && event.target.matches("[data-grip], .item-actions > *")) remove(item);
  else return;
  event.preventDefault();
});

const MENU = "[data-menu][open]";
const choices = (menu) => [...menu.querySelectorAll("[data-add]")];

// The menu around the focus, else any that is open, and the focus is back at its button.
function fold(element) {
  const menu = element.closest?.(MENU) ?? document.querySelector(MENU);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

function foldOthers(element) {
  for (const menu of document.querySelectorAll(MENU)) if (!menu.contains(element)) menu.open = false;
}

// Arrows, Home and End go from choice to choice of a menu; the down arrow opens it. Says whether the key was one.
function step(event) {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  if (event.key === "ArrowDown" && event.target.matches("summary")) menu.open = true;
  const all = menu.open ? choices(menu) : [];
  const place = all.indexOf(event.target);
  const next = { ArrowDown: place + 1, ArrowUp: Math.max(place, 0) - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined || !all.length) return false;
  all.at(next % all.length).focus();
  event.preventDefault();
  return true;
}

document.addEventListener("pointerdown", (event) => foldOthers(event.target));
document.addEventListener("focusin", (event) => foldOthers(event.target));

for (const type of ["input", "change"]) {
  document.addEventListener(type, (event) => {
    if (!event.target.matches(FIELDS)) return;
    for (let item = event.target.closest("[data-item]"); item; item = item.parentElement.closest("[data-item]")) summarise(item);
  });
}
