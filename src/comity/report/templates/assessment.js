const empty = (part) => part.querySelector("details.clause:not([hidden])") === null;

filterPage({
  entries: [...document.querySelectorAll("details.clause")],
  chosen: (clause, wanted) =>
    ["verdict", "market", "topic"].every((key) => !wanted[key] || clause.dataset[key] === wanted[key]),
  tidy: (filtering) => {
    for (const rest of document.querySelectorAll("details.rest")) {
      rest.hidden = empty(rest);
      rest.open = filtering && !rest.hidden;
    }
    for (const standard of document.querySelectorAll("section.standard")) standard.hidden = empty(standard);
  },
  filters: "a[data-verdict], a[data-search]",
  list: "clauses",
  focus: (link) => (link.dataset.search ? "search" : "verdict"),
  folded: "details:not([open])",
});
