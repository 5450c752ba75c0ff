// Trying a model: pictures that are dropped and looked at, and faults beside the fields that they are about.
import { show } from "./faults.js";

const of = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

function look(drop) {
  const file = drop.querySelector("[type=file]").files[0];
  const [picture, name] = [drop.querySelector("img"), drop.querySelector("[data-try-file]")];
  if (picture.src) URL.revokeObjectURL(picture.src);
  name.textContent = file ? file.name : name.dataset.none;
  picture.hidden = !file;
  if (file) picture.src = URL.createObjectURL(file);
  else picture.removeAttribute("src");
}

// A picture that this browser cannot draw may be one that the model can read.
document.addEventListener("error", (event) => { if (of(event, "[data-try-drop] img")) event.target.hidden = true; }, true);

document.addEventListener("dragover", (event) => {
  const drop = of(event, "[data-try-drop]");
  if (!drop) return;
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", (event) => of(event, "[data-try-drop]")?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  const drop = of(event, "[data-try-drop]");
  if (!drop) return;
  event.preventDefault();
  drop.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  const files = new DataTransfer();
  files.items.add(event.dataTransfer.files[0]);
  drop.querySelector("[type=file]").files = files.files;
  drop.querySelector("[type=file]").dispatchEvent(new Event("change", { bubbles: true }));
});

// What mattered for another class was asked of another row.
const forget = () => { const about = document.getElementById("try-about"); if (about) about.disabled = true; };

document.addEventListener("change", (event) => {
  const drop = of(event, "[data-try-drop]");
  if (drop) look(drop);
});
document.addEventListener("input", (event) => { if (of(event, "#try-form") && event.target.id !== "try-about") forget(); });

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) of(event, "[data-try-text]")?.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const form = of(event, "[data-try-empty]")?.form;
  if (!form) return;
  for (const field of form.querySelectorAll("[name^=value-]")) {
    field.value = "";
    const drop = field.closest("[data-try-drop]");
    if (drop) look(drop);
  }
  forget();
  form.querySelector("[name^=value-]")?.focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "try-answer") return;
  show(document.getElementById("try-form"), JSON.parse(document.getElementById("try-faults").textContent));
  if (event.target.getBoundingClientRect().top > innerHeight / 2) event.target.scrollIntoView({ block: "start", behavior: "smooth" });
});
