/* A patient's page, read by a voice of this very device. A voice that some service speaks would be told what stands
   here, so none of those is taken (`localService`); where no other speaks the language of the page, there is no button.
   Written as browsers of 2015 read it. */
(function () {
  "use strict";
  var button = document.querySelector("[data-read-aloud]");
  var speech = window.speechSynthesis;
  if (!button || !speech || !window.SpeechSynthesisUtterance) return;
  var words = button.querySelector("span");
  var start = words.textContent;
  var stop = button.getAttribute("data-read-aloud");

  function voice() {
    var language = document.documentElement.lang;
    return speech.getVoices().filter(function (one) {
      return one.localService && one.lang.slice(0, 2).toLowerCase() === language;
    })[0];
  }

  function show() {
    button.hidden = !voice();
  }

  function rest() {
    words.textContent = start;
  }

  function read() {
    /* Line by line: some browsers stop in the middle of what is long. */
    var lines = document.getElementById("main").innerText.split("\n").filter(function (line) {
      return line.trim();
    });
    words.textContent = stop;
    lines.forEach(function (line, n) {
      var said = new window.SpeechSynthesisUtterance(line);
      said.voice = voice();
      said.lang = said.voice.lang;
      if (n === lines.length - 1) said.onend = rest;
      speech.speak(said);
    });
  }

  button.addEventListener("click", function () {
    if (speech.speaking) {
      speech.cancel();
      rest();
    } else {
      read();
    }
  });
  window.addEventListener("pagehide", function () {
    speech.cancel();
  });
  if (speech.addEventListener) speech.addEventListener("voiceschanged", show);
  show();
})();
