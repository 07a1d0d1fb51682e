// The list of applications, those in trouble first; each unfolds to its upstreams, its charts and how its connections ended.

import { chart, sparkline } from './chart.js';
import { html, keep, say, show } from './dom.js';
import { count, rate } from './format.js';
import { wear } from './icons.js';
import { upstreamTable } from './upstreams.js';
import { rank, Reasons } from './words.js';

// More than this many at once would bury what an operator looks for.
const MostUnfoldedUnasked = 3;
const FilterFrom = 8;

const list = document.getElementById('application-list');
const filter = document.getElementById('filter');

/** Draws the applications that the filter lets through. */
export function drawApplications(view) {
  const wanted = filter.value.trim().toLowerCase();
  const all = [...view.applications.values()].sort((one, other) =>
    rank(one.application.status) - rank(other.application.status) || (one.application.name < other.application.name ? -1 : 1));
  const found = all.filter(each => each.application.name.toLowerCase().includes(wanted));
  const inTrouble = all.filter(each => each.application.status !== 'healthy').length;
  show(document.getElementById('filter-label'), all.length >= FilterFrom);
  show(document.getElementById('nothing-found'), found.length === 0 && all.length > 0);
  show(list, found.length > 0);
  say(document.getElementById('applications-count'),
    inTrouble > 0 ? `${count(inTrouble)} of ${count(all.length)} not healthy` : `${count(all.length)}, all healthy`);
  const news = found.map(each => ({
    ...each,
    view,
    unfolds: all.length === 1 || (each.application.status !== 'healthy' && inTrouble <= MostUnfoldedUnasked),
    reason: view.status.components[`application:${each.application.name}`]?.reason,
  }));
  keep(list, news, each => each.application.name, makeApplication, view.at);
}

/** Calls back when the operator wants other applications. */
export const onFilter = callback => filter.addEventListener('input', callback);

function makeApplication({ application: { name } }) {
  const row = makeRow(name);
  const body = makeBody(name);
  const element = html('details', { class: 'application' }, row.element, body.element);
  let isTouched = false;
  let wasUnfolded = false;
  row.element.addEventListener('click', () => { isTouched = true; });

  function update(news, now) {
    // What the operator folded stays folded.
    if (!isTouched && news.unfolds !== wasUnfolded) {
      element.open = wasUnfolded = news.unfolds;
    }

    row.update(news);
    if (element.open) {
      body.update(news, now);
    }
  }

  let last = null;
  element.addEventListener('toggle', () => { if (last !== null && element.open) { body.update(...last); } });
  return { element, update: (news, now) => { last = [news, now]; update(news, now); } };
}

function makeRow(name) {
  const sign = html('span', { class: 'sign' });
  const status = html('span', { class: 'word' });
  const listen = html('span', { class: 'muted listen' });
  const reason = html('span', { class: 'reason' });
  const available = html('span', { class: 'value' });
  const open = html('span', { class: 'value' });
  const traffic = html('span', { class: 'value' });
  const spark = sparkline();
  const cell = (kind, label, ...content) => html('span', { class: `cell ${kind}` }, html('span', { class: 'label muted' }, label), ...content);
  const element = html('summary', {},
    html('span', { class: 'cell who' }, sign,
      html('span', {}, html('span', { class: 'title' }, html('span', { class: 'name' }, name), ' ', status), listen, reason)),
    cell('upstreams', 'Upstreams', available),
    cell('open', 'Connections', open),
    cell('line', 'Last 5 min', spark.element),
    cell('traffic', 'Throughput', traffic));

  function update({ application, upstreams, reason: why, view }) {
    const times = view.samples.map(sample => Date.parse(sample.at));
    const bytes = view.perSecond(view.seriesOf(name, 'bytesReceived').map((value, index) =>
      value + (view.samples[index].applications.find(each => each.name === name)?.bytesSent ?? 0)));
    const all = Object.values(upstreams).reduce((sum, each) => sum + each, 0);
    wear(sign, application.status);
    say(status, application.status);
    say(listen, application.listen);
    say(reason, why);
    say(available, `${count(upstreams.available ?? 0)} of ${count(all)}`);
    say(open, count(application.connections));
    say(traffic, rate(bytes.at(-1) ?? 0));
    spark.update(times, view.seriesOf(name, 'connections'));
  }

  return { element, update };
}

function makeBody(name) {
  const connections = chart({ title: 'Connections', kind: 'lines', format: count, series: [{ name: 'connections', label: 'open' }] });
  const traffic = chart({
    title: 'Throughput', kind: 'lines', format: rate,
    series: [{ name: 'received', label: 'from clients' }, { name: 'sent', label: 'to clients' }],
  });
  const table = upstreamTable(name);
  const queued = html('p', { class: 'queued' });
  const ends = html('ul', { class: 'ends' });
  const noEnds = html('p', { class: 'muted' }, 'No connection has ended yet.');
  const element = html('div', { class: 'unfolded' },
    html('div', { class: 'scroll' }, ...table.elements), queued,
    html('div', { class: 'charts' }, connections.element, traffic.element),
    html('h3', {}, 'How its connections ended'), noEnds, ends);

  function update(news, now) {
    const { application, view } = news;
    const times = view.samples.map(sample => Date.parse(sample.at));
    const received = view.perSecond(view.seriesOf(name, 'bytesReceived'));
    const sent = view.perSecond(view.seriesOf(name, 'bytesSent'));
    table.update(news, now);
    show(queued, application.queued > 0);
    say(queued, `${count(application.queued)} connections wait for a place at an upstream.`);
    connections.update(times, [view.seriesOf(name, 'connections')], `${count(application.connections)} open`);
    traffic.update(times, [received, sent], `${rate(received.at(-1) ?? 0)} in, ${rate(sent.at(-1) ?? 0)} out`);
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
