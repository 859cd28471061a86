// Runs before the page's own modules in every test: what a message looked like at each change and when (`at`, in
// milliseconds of the page's own life), and what was forbidden.

window.witness = { stages: {}, forbidden: [] };

addEventListener("securitypolicyviolation", (event) => {
  window.witness.forbidden.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});

new MutationObserver(() => {
  for (const article of document.querySelectorAll("article[data-ts]")) {
    const state = article.dataset.state ?? "";
    const text = article.querySelector(".message-text")?.textContent ?? "";
    const seen = (window.witness.stages[article.dataset.ts] ??= []);
    const last = seen.at(-1);
    if (last?.state !== state || last.text !== text) seen.push({ state, text, at: performance.now() });
  }
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
