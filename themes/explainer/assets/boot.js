// Runs before the first paint: says that scripts run, and restores the reader's choice of colours. What `data-then`
// names is fetched when the page stands, so that no script delays the first view.
(function (d, s) {
  d.classList.add("js");
  try { var c = localStorage.getItem("cited-theme"); if (c) d.dataset.theme = c; } catch (e) {}
  addEventListener("load", function () {
    s.dataset.then.split(" ").forEach(function (u) { import(new URL(u, document.baseURI)); });
  });
})(document.documentElement, document.currentScript);
