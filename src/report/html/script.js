'use strict';
const list = document.getElementById('list');
const cards = [...list.children];
const form = document.getElementById('filters');
const shown = document.getElementById('shown');
const order = ['critical', 'high', 'medium', 'low', 'info'];
const keys = {
  severity: (card) => String(order.indexOf(card.dataset.severity)),
  host: (card) => card.dataset.host,
  path: (card) => card.dataset.path,
  verdict: (card) => card.dataset.verdict,
  date: (card) => card.dataset.date,
};
for (const select of form.querySelectorAll('select[data-key]')) {
  const values = new Set(cards.map((card) => card.dataset[select.dataset.key]).filter(Boolean));
  for (const value of [...values].sort()) select.add(new Option(value, value));
}
function update() {
  const text = form.elements.text.value.toLowerCase();
  const wanted = [...form.querySelectorAll('select[data-key]')].filter((select) => select.value);
  let count = 0;
  for (const card of cards) {
    const fits = wanted.every((select) => card.dataset[select.dataset.key] === select.value)
      && (!text || card.textContent.toLowerCase().includes(text));
    card.hidden = !fits;
    if (fits) count += 1;
  }
  shown.textContent = `${count} of ${cards.length} shown`;
}
function sort() {
  const key = keys[form.elements.sort.value];
  const compare = (a, b) => key(a).localeCompare(key(b)) || cards.indexOf(a) - cards.indexOf(b);
  list.append(...[...cards].sort(compare));
}
form.addEventListener('input', update);
form.elements.sort.addEventListener('change', sort);
form.addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
form.hidden = false;
update();
