// The API's docs: a filter over the operations, and an address that opens what it names.
//
//   <input data-docs-filter>   <p data-docs-count data-said="%(count)s of %(all)s">   [data-docs-section] [data-docs-operation]
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const filter = document.querySelector("[data-docs-filter]");
  const count = document.querySelector("[data-docs-count]");
  const operations = [...document.querySelectorAll("[data-docs-operation]")];

  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of operations) {
      const text = one.querySelector("summary").textContent.toLowerCase();
      one.hidden = !words.every((word) => text.includes(word));
    }
    for (const section of document.querySelectorAll("[data-docs-section]")) {
      section.hidden = !section.querySelector("[data-docs-operation]:not([hidden])");
    }
    const gaps = { count: operations.filter((one) => !one.hidden).length, all: operations.length };
    count.textContent = words.length ? count.dataset.said.replace(/%\((\w+)\)s/g, (_gap, name) => gaps[name]) : "";
  };

  const open = () => {
    const place = document.getElementById(location.hash.slice(1));  // names on this page need no escapes
    if (!(place instanceof HTMLDetailsElement)) return;
    place.hidden = false;
    place.open = true;
    place.scrollIntoView();
  };

  filter.addEventListener("input", show);
  addEventListener("hashchange", open);
  show();
  open();
});
