// Marks who is on each device. The links themselves do the opening, through their targets.
(() => {
  const devices = ["phone", "tablet"];

  const mark = (device, persona) => {
    for (const link of document.querySelectorAll(`#${device}-stand [data-persona]`)) {
      if (link.dataset.persona === persona) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-persona]");
    if (!link || !devices.includes(link.target)) return;
    mark(link.target, link.dataset.persona);
    document.getElementById(`show-${link.target}`).checked = true; // where one device is shown at a time
    if (link.closest(".everyone")) document.getElementById("main").scrollIntoView();
  });

  // A frame that a reload brought back somewhere else says itself who holds it.
  for (const device of devices) {
    const frame = document.querySelector(`iframe[name="${device}"]`);
    frame.addEventListener("load", () => {
      const persona = frame.contentWindow.location.pathname.match(/\/demo\/as\/([a-z0-9-]+)\//);
      if (persona) mark(device, persona[1]);
    });
  }
})();
