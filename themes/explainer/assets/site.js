// What the theme does better with a script: the colour switch, contents that follow the reader, copy buttons, "/" for
// search, and the cards of cards.js. Fetched by boot.js when the page stands; every page works without it.
(() => {
  const root = document.documentElement, body = document.body, t = body.dataset;
  const $ = (s, in_ = document) => in_.querySelector(s), $$ = (s, in_ = document) => [...in_.querySelectorAll(s)];

  // Colours: the button says whether dark is on; the choice is kept.
  const button = $(".theme-btn"), dark = matchMedia("(prefers-color-scheme:dark)");
  if (button) {
    const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
    const show = () => button.setAttribute("aria-pressed", isDark());
    button.onclick = () => {
      const next = isDark() ? "light" : "dark";
      root.dataset.theme = next;
      try { localStorage.setItem("cited-theme", next); } catch {}
      show();
    };
    dark.addEventListener("change", show);
    show();
  }

  document.addEventListener("keydown", (e) => {
    const search = $(".search-link");
    if (e.key === "/" && search && !e.ctrlKey && !e.metaKey && !e.altKey && !e.target.closest("input,select,textarea,[contenteditable]")) {
      e.preventDefault();
      $("#q") ? $("#q").focus() : (location.href = search.href + "#q");
    }
  });

  // Contents follow the reader.
  const links = new Map($$(".toc a[href^='#']").map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  if (links.size && "IntersectionObserver" in window) {
    let now;
    const watch = new IntersectionObserver((seen) => seen.forEach((s) => {
      if (!s.isIntersecting) return;
      now?.removeAttribute("aria-current");
      now = links.get(s.target.id);
      now?.setAttribute("aria-current", "true");
    }), { rootMargin: "0px 0px -70% 0px" });
    links.forEach((_, id) => { const h = document.getElementById(id); if (h) watch.observe(h); });
  }

  // What has been done is said once, and then unsaid, so that it can be said again.
  const say = (words) => {
    const region = $("#page-status");
    region.textContent = words;
    setTimeout(() => (region.textContent = ""), 2000);
  };

  // The link to a claim or section goes to it, as any link does, and copies its address.
  document.addEventListener("click", async (e) => {
    const a = e.target.closest?.("a.anchor");
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey) return;
    try { await navigator.clipboard.writeText(a.href); } catch { return; }
    a.dataset.copied = "";
    say(t.tLinkCopied);
    setTimeout(() => delete a.dataset.copied, 2000);
  });

  // Copy buttons stand in the page and are shown only where scripts run. They copy a text of the page, or the file before them.
  const words = async (from) => from.startsWith("#") ? $(from).textContent.trim() : (await fetch(from)).text();
  $$("[data-copy]").forEach((b) => {
    const text = b.firstChild, label = text.data;
    b.onclick = async () => {
      try { await navigator.clipboard.writeText(await words(b.dataset.copy || b.previousElementSibling.href)); } catch { return; }
      text.data = t.tCopied;
      say(t.tCopied);
      setTimeout(() => (text.data = label), 2000);
    };
  });

  // What is wider than its place can be scrolled by keyboard; what is not is no stop on the way.
  const wide = $$(".table-scroll,.chart-svg");
  const stops = () => wide.forEach((e) => e.scrollWidth > e.clientWidth ? (e.tabIndex = 0) : e.removeAttribute("tabindex"));
  addEventListener("resize", stops);
  stops();

  // A link to a claim inside a closed table opens it.
  const reveal = () => {
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let d = at && at.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (at && at.closest("details")) at.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Cards, where something leads to evidence.
  if ($(".cite,.src,.term")) import(new URL(t.cards, document.baseURI));

  // Print everything, closed details too.
  let opened = [];
  addEventListener("beforeprint", () => { opened = $$("details:not([open])"); opened.forEach((d) => (d.open = true)); });
  addEventListener("afterprint", () => opened.forEach((d) => (d.open = false)));
})();
