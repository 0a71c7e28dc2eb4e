// Enhancement only: everything on the page can be read without it.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  const output = form.querySelector("output");
  const pairs = [...document.querySelectorAll("details.pair")];
  const haystacks = new Map();
  const haystack = (pair) => {
    if (!haystacks.has(pair)) haystacks.set(pair, (pair.id + " " + pair.textContent).toLowerCase());
    return haystacks.get(pair);
  };

  const apply = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const pair of pairs) {
      const fits =
        (!wanted.relation || pair.dataset.relation === wanted.relation) &&
        (!wanted.topic || pair.dataset.topics.split(" ").includes(wanted.topic)) &&
        (!wanted.standard || pair.dataset.standards.split(" ").includes(wanted.standard)) &&
        words.every((word) => haystack(pair).includes(word));
      pair.hidden = !fits;
      shown += fits;
    }
    for (const section of document.querySelectorAll("section.of-relation")) {
      section.hidden = section.querySelector("details.pair:not([hidden])") === null;
    }
    output.textContent =
      shown < pairs.length ? output.dataset.template.replace("%s", shown).replace("%t", pairs.length) : "";
  };

  const set = (values) => {
    form.reset();
    for (const [key, value] of Object.entries(values)) if (form.elements[key]) form.elements[key].value = value;
    apply();
  };

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) set({});
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-search], a[data-relation], a[data-topic]");
    if (!link) return;
    event.preventDefault();
    set(link.dataset);
    document.getElementById("pairs").scrollIntoView();
    form.elements.search.focus({ preventScroll: true });
  });
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open]):not([hidden])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
})();
