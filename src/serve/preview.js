// Keeps an open page up to date, and shows what `cited` found about it.
//
// In: events from the preview (see events.rs) and check results (see findings.rs). Out: a reload, swapped styles, an
// overlay while the site or the page cannot be built, marks in the page, and a badge that opens a panel with what the
// checks counted and found.
// Must never run inline or load anything from elsewhere (the Content-Security-Policy forbids both), nor put text in as
// markup. Served by `cited serve` only; no built site holds it.
(() => {
  "use strict";

  const OWN = "/__cited/";
  const script = document.currentScript;
  let version = (script && script.dataset.page) || "";
  const isOwnPage = () => document.body.classList.contains("cited-own");

  // ---- Elements -------------------------------------------------------------------------------------------------

  /** An element with a class, text, attributes and children. */
  const make = (tag, { name, text, on, ...attributes } = {}, ...children) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (on) element.addEventListener("click", on);
    element.append(...children.filter(Boolean));
    return element;
  };

  const style = () => make("link", { rel: "stylesheet", href: `${OWN}preview.css` });

  // The overlay and the panel live in a shadow root, so that neither the site's styles nor ours reach across.
  const host = document.createElement("cited-preview");
  const root = host.attachShadow({ mode: "open" });
  root.append(style());
  document.documentElement.append(host);
  // Marks are in the page itself, and so are their looks.
  if (!isOwnPage()) document.head.append(style());

  /** Where a finding is, as a link where the editor can be opened. */
  const place = (finding, name) => {
    if (!finding.file) return null;
    const text = `${finding.file}:${finding.line}:${finding.column}`;
    return make("p", { name }, finding.link ? make("a", { href: finding.link, text }) : text);
  };

  // ---- The overlay, while nothing new can be built --------------------------------------------------------------

  let overlay = null;
  let dismissed = "";

  const hideOverlay = () => {
    if (overlay) overlay.remove();
    overlay = null;
  };

  const showTrouble = (trouble) => {
    hideOverlay();
    const key = JSON.stringify(trouble);
    if (!trouble) dismissed = "";
    if (!trouble || isOwnPage() || key === dismissed) return;
    const close = make("button", {
      name: "small close",
      type: "button",
      text: "Close",
      on: () => {
        dismissed = key;
        hideOverlay();
      },
    });
    overlay = make(
      "section",
      { name: "overlay", role: "alert", "aria-label": trouble.title },
      make("h2", { text: trouble.title }),
      make("p", { name: "quiet", text: "This page is the last good one. This message goes away by itself." }),
      trouble.note && make("p", { name: "note", text: trouble.note }),
      ...trouble.findings.flatMap((finding) => [
        finding.link && place(finding, "place"),
        make("pre", { tabindex: "0", text: finding.text || `${finding.severity}[${finding.code}]: ${finding.message}` }),
      ]),
      trouble.more > 0 && make("p", { text: `${trouble.more} more findings are in the terminal.` }),
      close,
    );
    overlay.dismiss = () => close.click();
    root.append(overlay);
  };

  // ---- Where the words of a finding stand in the page -----------------------------------------------------------

  // Citation marks, footnote marks and hidden text stand between words that belong together.
  const PASSED_OVER = "script, style, template, noscript, sup, [role=doc-biblioref], [role=doc-noteref], [hidden], svg";
  const isWordChar = (char) => /[\p{L}\p{N}]/u.test(char);
  const folded = (char) => char.normalize("NFKC").toLowerCase();

  /** Letters and digits alone: white space, quotation marks, dashes and marks of emphasis make no difference. */
  const letters = (text) => [...text.normalize("NFKC").toLowerCase()].filter(isWordChar).join("");

  /** The page's letters in a row, where each stands, and where words begin. */
  const readPage = () => {
    const spots = [];
    const starts = [];
    let row = "";
    let gap = true;
    const main = document.querySelector("main") || document.body;
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement && node.parentElement.closest(PASSED_OVER) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
    );
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let at = 0;
      for (const char of node.data) {
        if (!isWordChar(char)) {
          // "11,000" is one word.
          const next = node.data[at + char.length];
          if (!(/[.,'’\u00a0\u202f]/.test(char) && /\d$/.test(row) && next && /\d/.test(next))) gap = true;
        } else {
          for (const letter of folded(char)) {
            spots.push([node, at, at + char.length]);
            starts.push(gap);
            row += letter;
            gap = false;
          }
        }
        at += char.length;
      }
    }
    starts.push(true);
    return { row, spots, starts };
  };

  const sharedEnd = (a, b) => {
    let n = 0;
    while (n < a.length && n < b.length && a[a.length - 1 - n] === b[b.length - 1 - n]) n += 1;
    return n;
  };

  const sharedStart = (a, b) => {
    let n = 0;
    while (n < a.length && n < b.length && a[n] === b[n]) n += 1;
    return n;
  };

  /** The range of whole words that reads like the excerpt; of several, the one whose surroundings fit best. */
  const find = (page, finding) => {
    const before = letters(finding.before);
    const after = letters(finding.after);
    const whole = letters(finding.excerpt);
    // A long excerpt with something in it that the page shows otherwise is found by its beginning.
    for (const length of [whole.length, 60, 30]) {
      if (length === 0 || length > whole.length) continue;
      const wanted = whole.slice(0, length);
      let best = null;
      for (let at = page.row.indexOf(wanted); at >= 0; at = page.row.indexOf(wanted, at + 1)) {
        const end = at + length;
        if (!page.starts[at] || (length === whole.length && !page.starts[end])) continue;
        const score = sharedEnd(page.row.slice(Math.max(0, at - 80), at), before) + sharedStart(page.row.slice(end, end + 80), after);
        if (!best || score > best.score) best = { at, end, score };
      }
      if (best) {
        const range = document.createRange();
        range.setStart(page.spots[best.at][0], page.spots[best.at][1]);
        range.setEnd(page.spots[best.end - 1][0], page.spots[best.end - 1][2]);
        return range;
      }
    }
    return null;
  };

  const canMark = typeof Highlight === "function" && Boolean(CSS.highlights);

  const mark = (name, ranges) => {
    if (!canMark) return;
    if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
    else CSS.highlights.delete(name);
  };

  const showRange = (range) => {
    const box = range.getBoundingClientRect();
    scrollBy({ top: box.top - innerHeight / 3, behavior: "instant" });
    if (canMark) {
      mark("cited-shown", [range]);
    } else {
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
  };

  // ---- The panel ------------------------------------------------------------------------------------------------

  const OPEN = "cited-preview-panel";
  let panel = null;

  const count = (n, word) => (n === 1 ? `1 ${word}` : `${n} ${word}s`);

  const setOpen = (open) => {
    if (!panel) return;
    panel.bar.setAttribute("aria-expanded", String(open));
    panel.list.hidden = !open;
    sessionStorage.setItem(OPEN, open ? "1" : "");
    if (!open) mark("cited-shown", []);
  };

  const entry = (finding, range) =>
    make(
      "li",
      { name: finding.severity },
      place(finding, "where"),
      make("p", {}, make("span", { name: "severity", text: finding.severity }), `: ${finding.message} `, make("code", { text: finding.code })),
      finding.help && make("p", { name: "help", text: finding.help }),
      ...finding.notes.map((text) => make("p", { name: "help", text })),
      range && make("button", { name: "small", type: "button", text: "Show in the page", on: () => showRange(range) }),
    );

  /** What was counted: a row for each thing that the page has. */
  const counts = (summary) => {
    const of = (n, words) => n > 0 && `${n} ${words}`;
    const rows = [
      ["Claims", summary.claims, [of(summary.claims_cited, "cited"), of(summary.single_origin, "on one origin")]],
      ["Citations", summary.citations, [of(summary.verified, "verified"), of(summary.unarchived, "of sources without an archived text")]],
      ["Numbers", summary.numbers, [of(summary.numbers_cited, "cited")]],
      ["Disagreements", summary.disagreements, []],
    ];
    const row = ([name, n, parts]) => {
      const text = [`${n}`, ...parts.filter(Boolean)].join(", ");
      return [make("dt", { text: name }), make("dd", { text })];
    };
    return make("dl", { name: "counts" }, ...rows.flatMap(row));
  };

  const showChecks = ({ file, summary, findings }) => {
    const hadFocus = panel && root.activeElement === panel.bar;
    if (panel) panel.box.remove();
    panel = null;
    const page = findings.length ? readPage() : null;
    const found = findings.map((finding) => [finding, find(page, finding)]);
    const ranges = (severity) => found.filter(([finding, range]) => range && finding.severity === severity).map(([, range]) => range);
    mark("cited-error", ranges("error"));
    mark("cited-warning", ranges("warning"));
    mark("cited-shown", []);
    // Pages that the site makes by itself have no file to check.
    if (!file) return;
    const errors = findings.filter((finding) => finding.severity === "error").length;
    const warnings = findings.length - errors;
    const parts = [errors && count(errors, "error"), warnings && count(warnings, "warning")].filter(Boolean);
    const list = make(
      "div",
      { name: "list", id: "list", tabindex: "0" },
      make("p", { name: "where", text: file }),
      summary && counts(summary),
      findings.length
        ? make("ol", {}, ...found.map(([finding, range]) => entry(finding, range)))
        : make("p", { text: "No findings on this page." }),
    );
    const bar = make(
      "button",
      { name: "bar", type: "button", "aria-controls": "list", on: () => setOpen(list.hidden) },
      summary && summary.draft && make("span", { name: "draft", text: "Draft" }),
      " ",
      make("span", { name: errors ? "error" : warnings ? "warning" : "quiet", text: parts.join(", ") || "No findings" }),
    );
    const box = make("section", { name: "panel", "aria-label": "Checks of this page" }, bar, list);
    panel = { box, bar, list };
    setOpen(sessionStorage.getItem(OPEN) === "1");
    root.append(box);
    if (hadFocus) bar.focus();
  };

  const fetchChecks = async () => {
    if (isOwnPage()) return;
    try {
      const answer = await fetch(`${OWN}checks?path=${encodeURIComponent(location.pathname)}`);
      if (answer.ok) showChecks(await answer.json());
    } catch {
      // The preview has ended; what it said last stays.
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (overlay) {
      overlay.dismiss();
    } else if (panel && !panel.list.hidden) {
      const inside = host === document.activeElement;
      setOpen(false);
      if (inside) panel.bar.focus();
    }
  });

  // ---- Changes --------------------------------------------------------------------------------------------------

  const pathOf = (address) => {
    try {
      const url = new URL(address, document.baseURI);
      return url.origin === location.origin ? decodeURIComponent(url.pathname).slice(1) : null;
    } catch {
      return null;
    }
  };

  /** Put the new style sheet beside the old one, and take that away once the new one holds: nothing flickers. */
  const swap = ({ old, new: fresh }, build) => {
    const links = [...document.querySelectorAll("link[rel~=stylesheet][href]")].filter((link) => pathOf(link.href) === old);
    for (const link of links) {
      const next = link.cloneNode();
      const path = fresh.split("/").map(encodeURIComponent).join("/");
      next.href = `/${path}?cited=${build}`;
      next.addEventListener("load", () => link.remove(), { once: true });
      next.addEventListener("error", () => location.reload(), { once: true });
      link.after(next);
    }
    return links.length > 0;
  };

  /** Every file of this host that the page has loaded or names. */
  const used = () => {
    const addresses = performance.getEntriesByType("resource").map((resource) => resource.name);
    for (const element of document.querySelectorAll("[src], link[href], [poster]")) {
      addresses.push(element.src || element.href || element.poster);
    }
    return new Set(addresses.filter((address) => typeof address === "string").map(pathOf));
  };

  const told = (message) => {
    if (message.reload) {
      location.reload();
      return;
    }
    const files = message.styles.length || message.files.length || message.many ? used() : new Set();
    const missed = message.styles.filter((style) => !swap(style, message.build)).map((style) => style.old);
    // A style that another one imports cannot be swapped by itself.
    if (message.many || [...message.files, ...missed].some((path) => files.has(path))) {
      location.reload();
      return;
    }
    showTrouble(message.trouble);
    if (message.checks) fetchChecks();
  };

  // ---- The connection -------------------------------------------------------------------------------------------

  let source = null;
  let retry = 0;

  const disconnect = () => {
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  };

  const connect = () => {
    if (source) return;
    source = new EventSource(`${OWN}events?page=${encodeURIComponent(location.pathname)}&version=${encodeURIComponent(version)}`);
    source.addEventListener("state", (event) => {
      version = event.lastEventId || version;
      told(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      // A lost connection comes back by itself; a refused one does not.
      if (!source || source.readyState !== EventSource.CLOSED) return;
      disconnect();
      retry = setTimeout(connect, 5000);
    });
  };

  // Browsers open six connections to a host and no more. Hidden pages give theirs back, and catch up when shown.
  const follow = () => (document.hidden ? disconnect() : connect());
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", follow);
  follow();
  fetchChecks();
})();
