/** Style sheet of a gallery. It has no addresses, and follows the colours and sizes that people have set. */
export const GALLERY_STYLE: string = `
:root {
  color-scheme: light dark;
  --ground: #f6f5f2;
  --card: #fff;
  --mat: #eceae5;
  --line: #dedbd3;
  --ink: #24221e;
  --faint: #66625a;
  --link: #1c5a86;
  --good: #3b7d4f;
  --wait: #8d6100;
  --bad: #b3372b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #151413;
    --card: #1f1e1c;
    --mat: #292724;
    --line: #35332f;
    --ink: #ebe8e1;
    --faint: #a9a49a;
    --link: #8fc3ea;
    --good: #74bd8a;
    --wait: #e2b04f;
    --bad: #f0897c;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto;
  max-width: 100rem;
  padding: 2.5rem clamp(1rem, 4vw, 3.5rem) 5rem;
  background: var(--ground);
  color: var(--ink);
  font: 0.9375rem/1.5 system-ui, sans-serif;
}
h1, h2, h3, p, dl, dd, figure, ul, ol { margin: 0 }
ul, ol { padding: 0; list-style: none }
h1 { font-size: 1.75rem; font-weight: 600; line-height: 1.2; letter-spacing: -0.01em }
h2 { margin: 3rem 0 1rem; font-size: 1.125rem; font-weight: 600 }
h3 { font-size: 1rem; font-weight: 600; overflow-wrap: anywhere }
code { font: 0.8125rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
:focus-visible { outline: 2px solid var(--link); outline-offset: 3px }
.summary { margin-top: 0.5rem; max-width: 60rem; color: var(--faint) }

.filter { display: flex; flex-wrap: wrap; gap: 0.375rem; margin: 1.5rem 0 0; padding: 0; border: 0 }
.filter legend { padding: 0; margin-bottom: 0.5rem; font-size: 0.8125rem; color: var(--faint) }
.filter label {
  padding: 0.25rem 0.875rem;
  border: 1px solid var(--line);
  border-radius: 2rem;
  background: var(--card);
  cursor: pointer;
}
.filter input { position: absolute; opacity: 0 }
.filter label:has(:checked) { background: var(--ink); border-color: var(--ink); color: var(--ground) }
.filter label:has(:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px }
${['missing', 'stale', 'trouble', 'several', 'untold'].map(filterRules).join('')}
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 1.5rem }
.card {
  display: flex;
  flex-direction: column;
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--card);
}
.mat { position: relative; display: grid; place-items: center; aspect-ratio: 4 / 3; background: var(--mat) }
.mat img { position: absolute; inset: 0; width: 100%; height: 100%; padding: 1rem; object-fit: contain }
.mat p { padding: 1.5rem; text-align: center; color: var(--faint) }
.candidates { display: grid; grid-template-columns: repeat(auto-fill, minmax(3.5rem, 1fr)); gap: 0.75rem }
.candidates { padding: 1rem 1.25rem 0 }
.candidates .mat { aspect-ratio: 1; border-radius: 0.375rem; overflow: hidden }
.candidates .mat img { padding: 0; object-fit: cover }
.candidates .used .mat { outline: 2px solid var(--link); outline-offset: 2px }
.candidates figcaption { margin-top: 0.375rem; font-size: 0.75rem; text-align: center; color: var(--faint) }
.candidates .used figcaption { color: var(--link); font-weight: 600 }

.told { display: flex; flex-direction: column; gap: 0.75rem; padding: 1.125rem 1.25rem 1.375rem }
.head { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline }
.state { flex: none; font-size: 0.8125rem; color: var(--faint) }
.state::before {
  content: '';
  display: inline-block;
  width: 0.5rem;
  height: 0.5rem;
  margin-right: 0.4375rem;
  border-radius: 50%;
  background: var(--good);
}
.missing .state::before, .stale .state::before { background: var(--wait) }
.trouble .state::before { background: var(--bad) }
.where { margin-top: -0.75rem; color: var(--faint) }
.where code { font-size: 0.75rem }
.prompt { white-space: pre-line; overflow-wrap: anywhere }
summary { cursor: pointer; color: var(--link); font-size: 0.8125rem }
details[open] summary { margin-bottom: 0.375rem }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 0.125rem 1rem; font-size: 0.8125rem }
.facts dt { color: var(--faint) }
.facts dd { overflow-wrap: anywhere }
.lacking { color: var(--wait) }
.problem { padding-left: 0.75rem; border-left: 3px solid var(--bad); font-size: 0.8125rem }
.problem p { white-space: pre-line; overflow-wrap: anywhere }
.problem p + p { margin-top: 0.25rem; color: var(--faint) }
.commands { display: grid; gap: 0.25rem }
.commands code { user-select: all }
.problems { display: grid; gap: 1rem; max-width: 60rem }
@media print {
  .filter { display: none }
  .card { break-inside: avoid }
}
`

/** Shows the cards of one class alone while its filter is chosen, and no heading above nothing. */
function filterRules(name: string): string {
  const chosen = `body:has(#show-${name}:checked)`
  return `${chosen} .card:not(.${name}), ${chosen} section:not(:has(.${name})) { display: none }\n`
}
