// Runs before the first paint: says that scripts run, and restores the reader's choice of colours.
(function (d) {
  d.classList.add("js");
  try { var c = localStorage.getItem("cited-theme"); if (c) d.dataset.theme = c; } catch (e) {}
})(document.documentElement);
