// A clause that does not apply is a line below the reason for that.
const empty = (part) => part.querySelector(".clause:not([hidden]), .because > ul > li:not([hidden])") === null;

filterPage({
  entries: [...document.querySelectorAll(".clause, .because > ul > li")],
  chosen: (clause, wanted) =>
    (!wanted.verdict || (clause.matches("li") ? "not_applicable" : clause.classList[1]) === wanted.verdict) &&
    (!wanted.market || clause.closest(".standard").dataset.market === wanted.market) &&
    (!wanted.topic || clause.dataset.topic === wanted.topic),
  text: (clause) => (clause.closest(".because")?.querySelector(".why").textContent ?? "") + clause.textContent,
  tidy: (filtering) => {
    for (const rest of document.querySelectorAll("details.rest")) {
      rest.hidden = empty(rest);
      rest.open = filtering && !rest.hidden;
    }
    for (const group of document.querySelectorAll(".because")) group.hidden = empty(group);
    for (const standard of document.querySelectorAll("section.standard")) standard.hidden = empty(standard);
  },
  filters: "a[data-verdict], a[data-search]",
  list: "clauses",
  focus: (link) => (link.dataset.search ? "search" : "verdict"),
  folded: "details:not([open])",
});
