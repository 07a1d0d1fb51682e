// One application: a row that tells how it is, and what unfolds under it.

import { sparkline } from './chart.js';
import { html, keep, say, show } from './dom.js';
import { age, count, rate, sum } from './format.js';
import { wear } from './icons.js';
import { trafficCharts } from './traffic.js';
import { upstreamTable } from './upstreams.js';
import { Reasons } from './words.js';

/** Makes an application, which unfolds by itself while `unfolds` is true, until the operator folds or unfolds it. */
export function makeApplication({ application: { name } }) {
  const row = makeRow();
  const body = makeBody(name);
  const element = html('details', { class: 'application' }, row.element, body.element);
  let isTouched = false;
  let drawBody = () => {};
  row.element.addEventListener('click', () => { isTouched = true; });
  element.addEventListener('toggle', () => drawBody());
  return {
    element,
    update(news, now) {
      if (!isTouched && element.open !== news.unfolds) {
        element.open = news.unfolds;
      }

      // What is folded costs nothing.
      drawBody = () => element.open && body.update(news, now);
      row.update(news, now);
      drawBody();
    },
  };
}

function makeRow() {
  const sign = html('span', { class: 'sign' });
  const name = html('span', { class: 'name' });
  const word = html('span', { class: 'muted word' });
  const listen = html('span', { class: 'muted listen' });
  const reason = html('span', { class: 'reason' });
  const [available, open, throughput] = [0, 1, 2].map(() => html('span', { class: 'value' }));
  const spark = sparkline();
  const cell = (kind, label, content) => html('span', { class: `cell ${kind}` }, html('span', { class: 'muted label' }, label), content);
  const element = html('summary', {},
    html('span', { class: 'cell who' }, sign, html('span', {}, name, ' ', word, listen, reason)),
    cell('available', 'Upstreams', available),
    cell('open', 'Connections', open),
    cell('line', 'Last 5 min', spark.element),
    cell('throughput', 'Throughput', throughput));

  function update({ application, upstreams, state, view }, now) {
    const traffic = view.traffic(application.name);
    wear(sign, application.status);
    say(name, application.name);
    say(word, application.status === 'healthy' || !state ? application.status : `${application.status} for ${age(state.since, now)}`);
    say(listen, application.listen);
    say(reason, state?.reason);
    reason.className = `reason ${application.status}`;
    say(available, `${count(upstreams.available ?? 0)} of ${count(sum(Object.values(upstreams)))}`);
    say(open, count(application.connections));
    say(throughput, rate((traffic.received.at(-1) ?? 0) + (traffic.sent.at(-1) ?? 0)));
    spark.update(traffic.times, traffic.connections);
  }

  return { element, update };
}

function makeBody(name) {
  const table = upstreamTable(name);
  const queued = html('p', { class: 'queued' });
  const traffic = trafficCharts();
  const ends = html('ul', { class: 'ends' });
  const noEnds = html('p', { class: 'muted' }, 'None has ended yet.');
  const element = html('div', { class: 'unfolded' },
    html('div', {}, ...table.elements), queued, html('div', { class: 'charts' }, ...traffic.elements),
    html('div', {}, html('h3', {}, 'How its connections ended'), noEnds, ends));

  function update(news, now) {
    const { application, view } = news;
    table.update(news, now);
    show(queued, application.queued > 0);
    say(queued, `Waiting for a place at an upstream: ${count(application.queued)}`);
    traffic.update(view.traffic(name), application.connections);
    const ended = Object.entries(application.totals).filter(([, total]) => total > 0).sort(([, one], [, other]) => other - one);
    show(noEnds, ended.length === 0);
    keep(ends, ended, ([reason]) => reason, makeEnd);
  }

  return { element, update };
}

function makeEnd([reason]) {
  const total = html('strong');
  const element = html('li', {}, total, ' ', html('code', {}, reason), html('span', { class: 'muted' }, Reasons[reason] ?? ''));
  return { element, update: ([, value]) => say(total, count(value)) };
}
