// Search: what it needs is fetched on first use. The small index is searched here: all words must occur, a hit in a
// title counts most, and what the site itself says comes before the titles of its sources. A site with Pagefind asks that, and the small index only where Pagefind does not run.
(() => {
  const form = document.querySelector("[data-search-page]");
  if (!form) return;
  const input = form.querySelector("input"), list = form.querySelector(".results"), status = form.querySelector("[role=status]"), index = document.getElementById("page-index")?.closest("section");
  const root = document.body.dataset.root, MOST = 40;
  /** Letters without accents, in lower case, with the marks that keyboards have. */
  const fold = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u2018\u2019\u02bc]/g, "'").replace(/[\u201c\u201d]/g, '"').replace(/[\u2010-\u2014\u2212]/g, "-").toLowerCase();
  /** What finds a word: digits stand alone or in groups, as in 10,000. */
  const finder = (word) => new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\d(?=\d)/g, "$&(?:[,.'\\s](?=\\d{3}))?"), "g");
  /** The words asked for. 10 000 is one. */
  const split = (asked) => fold(asked).replace(/(?<!\d)\d{1,3}(?:[,.'\s]\d{3})+(?!\d)/g, (n) => n.replace(/\D/g, "")).split(/\s+/).filter(Boolean).map(finder);
  const el = (tag, cls, ...inside) => { const e = document.createElement(tag); if (cls) e.className = cls; e.append(...inside); return e; };

  // The site's own pages stand in the list that the page has without scripts; all else in the index is a source.
  const own = new Set([...document.querySelectorAll("main .index a")].map((a) => a.getAttribute("href")));
  const has = (text, word) => text.search(word) >= 0;
  // The small index. It comes packed; a host may have unpacked it on the way.
  let pages;
  const load = () => (pages ??= fetch(root + "search-index.json.gz")
    .then(async (r) => {
      if (!r.ok) throw r;
      const bytes = new Uint8Array(await r.arrayBuffer()), packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return new Response(packed ? new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")) : bytes).json();
    })
    .then((all) => all.map((p) => {
      const parts = (p.at || []).filter(([, , id]) => !id.startsWith("claim-")).map(([start, n]) => ({ start, name: fold(p.text.slice(start, start + n)) }));
      return { ...p, own: own.has(root + p.path), hay: fold(p.text), head: fold(p.title), part: fold(p.section || ""), parts };
    }))
    .catch((e) => { pages = null; throw e; }));
  /** The passage around the first hit, or of the part whose name was asked for, its words marked, and the part it stands in. */
  const passage = (p, words) => {
    const text = p.text, same = p.hay.length === text.length, out = [];
    // Folding may change lengths: then the passage is the beginning.
    const any = new RegExp(words.map((w) => w.source).join("|"), "g"), named = p.parts.find(({ name }) => words.every((w) => has(name, w)));
    const first = same ? named?.start ?? p.hay.search(any) : -1, hit = Math.max(0, first);
    const from = hit > 70 ? text.indexOf(" ", hit - 70) + 1 : 0, part = text.slice(from, from + 220), low = fold(part);
    if (from) out.push("… ");
    let i = 0;
    if (low.length === part.length) for (const { 0: { length }, index } of low.matchAll(any)) {
      out.push(part.slice(i, index), el("mark", "", part.slice(index, index + length)));
      i = index + length;
    }
    out.push(part.slice(i), from + 220 < text.length ? " …" : "");
    const at = first >= 0 ? (p.at || []).filter(([start]) => start <= hit).pop() : null;
    return { out, id: at?.[2], heading: at && text.slice(at[0], at[0] + at[1]) };
  };
  const small = async (asked) => {
    const words = split(asked), found = [];
    for (const p of await load()) {
      let score = 0;
      for (const w of words) {
        const s = (has(p.head, w) ? 8 : 0) + (p.parts.some(({ name }) => has(name, w)) ? 6 : 0) + (has(p.part, w) ? 4 : 0) + Math.min(4, [...p.hay.matchAll(w)].length);
        if (!s) { score = 0; break; }
        score += s;
      }
      if (score) found.push([score, p]);
    }
    found.sort((a, b) => b[1].own - a[1].own || b[0] - a[0]);
    return { n: found.length, shown: found.slice(0, MOST).map(([, p]) => {
      const { out, id, heading } = passage(p, words);
      return { path: p.path + (id ? "#" + id : ""), title: p.title, where: [p.section, heading].filter(Boolean).join(" › "), out };
    }) };
  };

  // Pagefind gives marked HTML; only its marks are kept.
  let engine;
  const marked = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes].map((n) => n.nodeName === "MARK" ? el("mark", "", n.textContent) : n.textContent);
  const large = async (asked) => {
    engine ??= import(new URL(root + "pagefind/pagefind.js", document.baseURI)).then(async (p) => {
      await p.options({ baseUrl: new URL(root, document.baseURI).pathname, excerptLength: 30 });
      return p;
    });
    const { results } = await (await engine).search(asked), data = await Promise.all(results.slice(0, MOST).map((r) => r.data()));
    return { n: results.length, shown: data.map((d) => {
      const best = d.sub_results?.toSorted((a, b) => b.locations.length - a.locations.length)[0] ?? d;
      return { url: best.url, title: d.meta.title, where: best.title === d.meta.title ? "" : best.title, out: marked(best.excerpt) };
    }) };
  };
  const search = async (asked) => {
    if (form.dataset.searchPage === "pagefind") try { return await large(asked); } catch {}
    return small(asked);
  };

  let turn = 0;
  const run = async () => {
    const mine = ++turn, asked = input.value.trim();
    history.replaceState(null, "", asked ? "?q=" + encodeURIComponent(asked) : location.pathname);
    if (!asked) { list.replaceChildren(); list.hidden = true; status.textContent = ""; if (index) index.hidden = false; return; }
    let found;
    try { found = await search(asked); } catch { return; }
    if (mine !== turn) return;
    list.replaceChildren(...found.shown.map((r) => {
      const a = el("a", "", r.title);
      a.href = r.url ?? root + r.path;
      const li = el("li", "", a);
      if (r.where) li.append(el("p", "where", r.where));
      li.append(el("p", "meta", ...r.out));
      return li;
    }));
    list.hidden = !found.n;
    status.textContent = found.n === 0 ? status.dataset.none : (found.n === 1 ? status.dataset.one : status.dataset.other).replace("{n}", found.n);
    if (index) index.hidden = found.n > 0;
  };
  let timer;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 120); });
  if (form.dataset.searchPage !== "pagefind") input.addEventListener("focus", () => load().catch(() => {}), { once: true });
  form.addEventListener("submit", (e) => { e.preventDefault(); clearTimeout(timer); run(); });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; run(); }
  if (location.hash === "#q" || asked) input.focus();
})();
