// The top of the page: how the node is, its numbers, what is wrong, and its last minutes.

import { chart } from './chart.js';
import { html, keep, say, show } from './dom.js';
import { age, clock, count, rate } from './format.js';
import { wear } from './icons.js';
import { rank, Standing } from './words.js';

const id = name => document.getElementById(name);

const charts = {
  connections: chart({ title: 'Connections', kind: 'lines', format: count, series: [{ name: 'connections', label: 'open' }] }),
  traffic: chart({
    title: 'Throughput', kind: 'lines', format: rate,
    series: [{ name: 'received', label: 'from clients' }, { name: 'sent', label: 'to clients' }],
  }),
  refusals: chart({ title: 'Refusals, each 2 s', kind: 'bars', format: count, series: [{ name: 'refusals', label: 'refused' }] }),
};

id('charts').append(...Object.values(charts).map(each => each.element));

/** Draws how the node is. */
export function drawOverview(view) {
  const { status } = view;
  const standing = Standing[status.status];
  wear(id('status-icon'), status.status);
  say(id('status'), standing.word);
  say(id('standing-of'), `${status.node} ${standing.says}`);
  document.documentElement.dataset.status = status.status;
  drawTroubles(view);
  drawCharts(view);
  drawFigures(view);
}

function drawFigures(view) {
  const applications = [...view.applications.values()];
  const upstreams = {};
  for (const [word, number] of applications.flatMap(each => Object.entries(each.upstreams))) {
    upstreams[word] = (upstreams[word] ?? 0) + number;
  }

  const all = Object.values(upstreams).reduce((sum, each) => sum + each, 0);
  const recent = Object.values(view.recentRefusals()).reduce((sum, each) => sum + each, 0);
  const figures = [
    ['Open connections', count(connectionsOf(applications)), ''],
    ['Upstreams available', `${count(upstreams.available ?? 0)} of ${count(all)}`, (upstreams.available ?? 0) < all ? 'degraded' : ''],
    ['Refused in 5 min', count(recent), ''],
    ['Up for', age(view.status.startedAt, view.at), ''],
  ];
  keep(id('figures'), figures, ([name]) => name, ([name]) => {
    const value = html('dd');
    const element = html('div', {}, html('dt', {}, name), value);
    return { element, update: ([, text, tone]) => { say(value, text); value.className = tone; } };
  });
}

const connectionsOf = applications => applications.reduce((sum, each) => sum + each.application.connections, 0);

function drawCharts(view) {
  const times = view.samples.map(sample => Date.parse(sample.at));
  const received = view.perSecond(view.series('bytesReceived'));
  const sent = view.perSecond(view.series('bytesSent'));
  const refused = view.samples.map(sample => Object.values(sample.refusals).reduce((sum, each) => sum + each, 0));
  charts.connections.update(times, [view.series('connections')], `${count(view.samples.at(-1)?.connections ?? 0)} open`);
  charts.traffic.update(times, [received, sent], `${rate(received.at(-1) ?? 0)} in, ${rate(sent.at(-1) ?? 0)} out`);
  charts.refusals.update(times, [refused], `${count(refused.reduce((sum, each) => sum + each, 0))} in all`);
}

function drawTroubles(view) {
  const { status } = view;
  const troubles = Object.entries(status.components)
    .filter(([, state]) => state.status !== 'healthy')
    .sort(([, one], [, other]) => rank(one.status) - rank(other.status))
    .map(([name, state]) => ({ name, status: state.status, reason: state.reason, since: state.since }));
  const { rejected } = status.configuration;
  if (rejected !== null) {
    troubles.push({ name: 'configuration', status: 'degraded', reason: refused(rejected.errors), since: rejected.at });
  }

  show(id('troubles-section'), troubles.length > 0);
  keep(id('troubles'), troubles, each => each.name, makeTrouble, view.at);
}

function makeTrouble() {
  const sign = html('span', { class: 'sign' });
  const name = html('strong');
  const since = html('span', { class: 'muted since' });
  const reason = html('p', { class: 'reason' });
  const element = html('li', {}, sign, html('div', {}, html('p', {}, name, ' ', since), reason));
  return {
    element,
    update(trouble, now) {
      wear(sign, trouble.status);
      say(name, `${trouble.name} is ${trouble.status}`);
      say(reason, trouble.reason);
      say(since, `for ${age(trouble.since, now)}, since ${clock(trouble.since, now)}`);
    },
  };
}

// Over TCP the errors are a number, for they quote what the operator wrote; over the socket they are texts.
function refused(errors) {
  const texts = typeof errors === 'number' ? [] : errors;
  const number = typeof errors === 'number' ? errors : errors.length;
  const what = `A newer configuration was refused for ${count(number)} ${number === 1 ? 'error' : 'errors'}; the one before it stays in force.`;
  return texts.length > 0 ? `${what} ${texts.join(' ')}` : `${what} kestrell4 status names them.`;
}
