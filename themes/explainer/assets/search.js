// Search: the index is fetched on first use; all words must occur; a hit in a title counts most.
(() => {
  const form = document.querySelector("[data-search-page]");
  if (!form) return;
  const input = form.querySelector("input"), list = form.querySelector(".results"), status = form.querySelector("[role=status]"), index = document.getElementById("page-index")?.closest("section");
  const root = document.body.dataset.root;
  const fold = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  let pages, turn = 0;
  const load = () => (pages ??= fetch(root + "search-index.json").then((r) => { if (!r.ok) throw r; return r.json(); })
    .then((all) => all.map((p) => ({ ...p, hay: fold(p.text || ""), head: fold(p.title), part: fold(p.section || "") })))
    .catch((e) => { pages = null; throw e; }));
  const snippet = (p, words) => {
    const out = document.createElement("p");
    out.className = "meta";
    // Folding may change lengths, so the excerpt is cut only where it does not.
    const text = p.text || "", same = p.hay.length === text.length;
    const at = same ? Math.min(...words.map((w) => p.hay.indexOf(w)).filter((i) => i >= 0), text.length) : 0;
    const hit = at < text.length ? at : 0, from = hit > 70 ? text.indexOf(" ", hit - 70) + 1 : 0, part = text.slice(from, from + 220);
    if (from) out.append("… ");
    let i = 0;
    const low = fold(part);
    while (low.length === part.length && i < part.length) {
      let next = -1, len = 0;
      for (const w of words) { const j = low.indexOf(w, i); if (j >= 0 && (next < 0 || j < next)) { next = j; len = w.length; } }
      if (next < 0) break;
      const m = document.createElement("mark");
      m.textContent = part.slice(next, next + len);
      out.append(part.slice(i, next), m);
      i = next + len;
    }
    out.append(part.slice(i) + (from + 220 < text.length ? " …" : ""));
    return out;
  };
  const run = async () => {
    const mine = ++turn, words = fold(input.value.trim()).split(/\s+/).filter(Boolean);
    history.replaceState(null, "", words.length ? "?q=" + encodeURIComponent(input.value.trim()) : location.pathname);
    if (!words.length) { list.replaceChildren(); status.textContent = ""; if (index) index.hidden = false; return; }
    let all;
    try { all = await load(); } catch { return; }
    if (mine !== turn) return;
    const found = [];
    for (const p of all) {
      let score = 0;
      for (const w of words) {
        const s = (p.head.includes(w) ? 8 : 0) + (p.part.includes(w) ? 4 : 0) + Math.min(4, p.hay.split(w).length - 1);
        if (!s) { score = 0; break; }
        score += s;
      }
      if (score) found.push([score, p]);
    }
    found.sort((a, b) => b[0] - a[0]);
    list.replaceChildren(...found.slice(0, 40).map(([, p]) => {
      const li = document.createElement("li"), a = document.createElement("a");
      a.href = root + p.path;
      a.textContent = p.title;
      li.append(a);
      if (p.section) { const s = document.createElement("span"); s.className = "meta"; s.textContent = " " + p.section; li.append(s); }
      li.append(snippet(p, words));
      return li;
    }));
    const n = found.length;
    status.textContent = n === 0 ? status.dataset.none : (n === 1 ? status.dataset.one : status.dataset.other).replace("{n}", n);
    if (index) index.hidden = n > 0;
  };
  let timer;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 120); });
  input.addEventListener("focus", () => load().catch(() => {}), { once: true });
  form.addEventListener("submit", (e) => { e.preventDefault(); run(); });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; run(); }
  if (location.hash === "#q" || asked) input.focus();
})();
