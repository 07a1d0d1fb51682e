// The table of an application's upstreams, those that do not take connections first.

import { html, keep, say, show } from './dom.js';
import { age, count } from './format.js';
import { wear } from './icons.js';
import { more } from './more.js';
import { UpstreamStanding } from './words.js';

const MostShown = 12;

/** Makes the table of an application's upstreams. */
export function upstreamTable(name) {
  const rows = html('tbody');
  const shown = more(MostShown);
  const rest = html('p', { class: 'muted rest' });
  const table = html('table', { class: 'upstreams' },
    html('caption', { class: 'heard' }, `Upstreams of ${name}`),
    html('thead', {}, html('tr', {},
      html('th', { scope: 'col' }, 'Upstream'),
      html('th', { scope: 'col' }, 'State'),
      html('th', { scope: 'col', class: 'number' }, 'Open'),
      html('th', { scope: 'col', class: 'number' }, 'In all'))),
    rows);

  function update(news, now) {
    keep(rows, shown.cut(news.application.upstreams, () => update(news, now)), upstream => `${upstream.name} ${upstream.address}`, row, now);
    show(rest, news.left > 0);
    say(rest, `${count(news.left)} more are not told to this page; /status lists them all.`);
  }

  return { elements: [table, shown.element, rest], update };
}

function row() {
  const name = html('span', { class: 'name' });
  const address = html('span', { class: 'muted address' });
  const sign = html('span', { class: 'sign' });
  const word = html('span', { class: 'word' });
  const since = html('span', { class: 'muted since' });
  const reason = html('span', { class: 'reason' });
  const open = html('td', { class: 'number' });
  const total = html('td', { class: 'number' });
  const element = html('tr', {},
    html('th', { scope: 'row' }, name, address),
    html('td', {}, html('div', { class: 'state' }, sign, word, since), reason),
    open, total);
  return {
    element,
    update(upstream, now) {
      say(name, upstream.name);
      say(address, upstream.address);
      wear(sign, UpstreamStanding[upstream.status]);
      say(word, upstream.status);
      say(reason, upstream.reason);
      say(open, count(upstream.connections));
      say(total, count(upstream.total));
      say(since, `for ${age(upstream.since, now)}`);
    },
  };
}
