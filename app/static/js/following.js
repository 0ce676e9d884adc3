// Lists of requests by the keyboard: arrows walk through them, Enter opens (each line is a link). Beside an open request
// only from within the list: elsewhere arrows scroll what is being read.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const lines = [...document.querySelectorAll("#requests .row__link, #board .on-board__who, #board .row__link")];
  const at = lines.indexOf(document.activeElement);
  if (at < 0 && !(document.activeElement === document.body && document.querySelector("[data-aside=opened], #board"))) return;
  const next = lines[at < 0 ? 0 : at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
