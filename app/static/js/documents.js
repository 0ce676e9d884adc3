/* A file leaves while the form is still being filled in: a photo made small on the phone, without its place and device,
   then sent at once, with its progress. The form carries no more than its id. Without this script the files go with the
   form, and the server does the same. */
"use strict";

{
  const LONGEST = 1600; // pixels, as app/documents/press.py
  const HEAVIEST = 12e6; // bytes, as app/documents/rules.py

  for (const field of document.querySelectorAll("[data-sending]")) prepare(field);

  function prepare(field) {
    const form = field.closest("form");
    const list = field.querySelector(".sending__list");
    const going = new Set();
    field.dataset.ready = "";

    field.addEventListener("change", ({ target }) => {
      if (target.type !== "file") return;
      const files = [...target.files];
      target.value = ""; // so that the form does not send them again, and the same one can be chosen twice
      for (const file of files) take(file);
      const again = target.closest("label")?.querySelector("[data-again]");
      if (again) again.textContent = again.dataset.again;
    });

    form.addEventListener("submit", (event) => {
      if (!going.size) return;
      event.preventDefault();
      Promise.allSettled(going).then(() => form.requestSubmit(event.submitter));
    });

    function take(file) {
      const line = field.querySelector("template").content.firstElementChild.cloneNode(true);
      const [name, bar, said, retry] = line.children;
      let made = null;
      name.textContent = file.name;
      list.append(line);
      retry.addEventListener("click", start);
      start();

      function start() {
        delete line.unsent;
        retry.hidden = true;
        bar.hidden = false;
        bar.value = 0;
        const sending = send().catch(() => {
          line.unsent = made; // for a form that waits for the network (`talk.js`)
          fail(said.dataset.lost);
        });
        going.add(sending);
        sending.finally(() => going.delete(sending));
      }

      function fail(words) {
        said.textContent = words;
        bar.hidden = true;
        retry.hidden = false;
      }

      async function send() {
        said.textContent = said.dataset.making;
        const body = await smaller(file);
        made = { body, name: file.name };
        if (body.size > HEAVIEST) return fail(said.dataset.heavy);
        said.textContent = said.dataset.going;
        const answer = await post(field.dataset.sending, body, file.name, form.elements.csrf_token.value, (part) => {
          bar.value = part;
          if (part === 1) said.textContent = said.dataset.reading;
        });
        const away = answer.getResponseHeader("HX-Redirect");
        if (away) return location.assign(away); // signed out meanwhile
        if (answer.status !== 200 && answer.status !== 422) throw new Error(answer.status);
        line.outerHTML = answer.responseText;
      }
    }
  }

  /* The picture alone, upright, as a JPEG; what this phone cannot read (HEIC outside Safari, a PDF) as it is. */
  async function smaller(file) {
    if (!file.type.startsWith("image/") || !self.createImageBitmap) return file;
    let picture;
    try {
      picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
      const paper = canvas.getContext("2d", { alpha: false });
      paper.fillStyle = "#fff";
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.imageSmoothingQuality = "high";
      paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
      return made ?? file;
    } catch {
      return file;
    } finally {
      picture?.close();
    }
  }

  function post(url, body, name, token, progressed) {
    return new Promise((resolve, reject) => {
      const sending = new XMLHttpRequest(); // fetch() tells nothing of how much has left
      const data = new FormData();
      data.append("document", body, name);
      sending.open("POST", url);
      sending.setRequestHeader("X-CSRFToken", token);
      sending.setRequestHeader("HX-Request", "true"); // a session that ended answers where to go
      sending.upload.onprogress = (event) => event.lengthComputable && progressed(event.loaded / event.total);
      sending.onload = () => resolve(sending);
      sending.onerror = sending.onabort = reject;
      sending.send(data);
    });
  }
}
