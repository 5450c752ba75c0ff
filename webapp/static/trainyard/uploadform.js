// The place that files are dropped on, what was begun in an earlier visit, and the data set that is made once all are there.
import { Upload, keyOf, memory, newRow, size } from "./upload.js";
import { filled } from "./words.js";

const HALF_OF_A_PAIR = /idx[134]-ubyte|-idx[134]\b/i;

// An upload of an earlier visit, of which the browser keeps the name but not the file.
class Remembered {
  constructor(form, key, { url, name, size: whole }) {
    Object.assign(this, { form, key, url, name, whole });
    this.row = newRow(name);
    this.row.querySelector("[data-pause]").hidden = true;
    this.row.querySelector("[data-remove]").addEventListener("click", () => this.remove());
  }

  async show() {
    const answer = await fetch(this.url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null);
    if ([404, 410].includes(answer?.status)) return memory.drop(this.key);
    const sent = Number(answer?.headers.get("Upload-Offset"));
    if (!sent || this.form.has(this.key)) return;
    this.row.querySelector("progress").value = sent / this.whole;
    this.row.querySelector("[data-said]").textContent = filled(this.form.texts.remembered, { sent: size(sent), size: size(this.whole) });
    this.form.list.append(this.row);
  }

  remove() {
    if (!confirm(filled(this.form.texts.sure, { name: this.name }))) return;
    fetch(this.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.form.token } }).catch(() => {});
    memory.drop(this.key);
    this.row.remove();
  }
}

class UploadForm {
  constructor(element) {
    this.element = element;
    this.address = element.dataset.address;
    this.owner = element.dataset.owner ?? "";
    this.texts = JSON.parse(element.dataset.texts);
    this.token = element.querySelector("[name=csrfmiddlewaretoken]").value;
    this.list = element.querySelector("[data-uploads]");
    this.status = element.querySelector("[data-upload-status]");
    this.go = element.querySelector("[data-go]");
    this.uploads = [];
    this.dialog = element.closest("dialog");
    this.dialog?.addEventListener("close", () => this.uploads.forEach((one) => { if (!one.done && !one.paused) one.toggle(); }));
    this.remembered = this.dialog ? [] : memory.all(this.owner).map(([key, upload]) => new Remembered(this, key, upload));
    this.remembered.forEach((one) => one.show());
    const drop = element.querySelector(".drop");
    const chooser = element.querySelector("[data-files]");
    chooser.addEventListener("change", () => { this.add(chooser.files); chooser.value = ""; });
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      this.add(event.dataTransfer.files);
    });
    addEventListener("beforeunload", (event) => { if (this.uploads.some((one) => !one.done && !one.paused && one.url)) event.preventDefault(); });
  }

  add(files) {
    for (const file of files) {
      const key = keyOf(this, file);
      this.remembered.find((one) => one.key === key)?.row.remove();
      const earlier = this.uploads.find((one) => one.key === key && !one.done);
      if (earlier) earlier.goOn();
      else this.begin(new Upload(this, file));
    }
  }

  begin(upload) {
    this.uploads.push(upload);
    this.list.append(upload.row);
    upload.run();
  }

  has(key) { return this.uploads.some((one) => one.key === key); }

  // For those who hear the page: what has changed for good, not each percent.
  tell(upload) { this.status.textContent = `${upload.file.name}: ${upload.said.textContent}`; }

  removed(upload) {
    this.uploads = this.uploads.filter((one) => one !== upload);
    this.finished();
  }

  // All are there: make the data set. Half of a pair waits for its other half, or for a press of the button.
  finished() {
    const whole = this.uploads.length > 0 && this.uploads.every((one) => one.done);
    const half = this.uploads.length === 1 && HALF_OF_A_PAIR.test(this.uploads[0].file.name);
    this.go.hidden = !(whole && half);
    this.element.elements.uploads.value = this.uploads.filter((one) => one.done).map((one) => one.identifier).join(",");
    if (whole && !half && (this.dialog?.open ?? true)) this.element.requestSubmit();
  }
}

// The page is parsed by now. Waiting for the scripts behind this one would lose the files that somebody drops meanwhile.
document.querySelectorAll("[data-upload-form]").forEach((element) => new UploadForm(element));
