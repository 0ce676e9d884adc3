// Back into the form at once, but not when coming back from it, nor when there is something to read first.
{
  const form = document.getElementById("draft");
  const [arrival] = performance.getEntriesByType("navigation");
  if (arrival?.type !== "back_forward" && form.dataset.files === "false") form.requestSubmit();
}
