// The top of the page: how the node is, what is wrong with it, and its last minutes.

import { chart } from './chart.js';
import { html, keep, say, show } from './dom.js';
import { age, clock, count, sum } from './format.js';
import { wear } from './icons.js';
import { more } from './more.js';
import { trafficCharts } from './traffic.js';
import { rank, Standing } from './words.js';

const MostTroubles = 6;

const id = name => document.getElementById(name);
const traffic = trafficCharts();
const refusals = chart({ title: 'Refused in 5 min', kind: 'bars', format: value => `${count(value)} in 2 s`, series: ['refusals'] });
const shown = more(MostTroubles);

id('charts').append(...traffic.elements, refusals.element);
id('troubles').after(shown.element);

/** Draws how the node is. */
export function drawOverview(view) {
  const { status } = view;
  const standing = Standing[status.status];
  wear(id('status-icon'), status.status);
  say(id('status'), standing.word);
  say(id('standing-of'), `${status.node} ${standing.says}`);
  drawFigures(view);
  drawTroubles(view);
  drawCharts(view);
}

function drawFigures(view) {
  const applications = [...view.applications.values()];
  const healthy = applications.filter(each => each.application.status === 'healthy').length;
  const upstreams = sum(applications.flatMap(each => Object.values(each.upstreams)));
  const available = sum(applications.map(each => each.upstreams.available ?? 0));
  const figures = [
    ['Applications healthy', `${count(healthy)} of ${count(applications.length)}`, healthy < applications.length],
    ['Upstreams available', `${count(available)} of ${count(upstreams)}`, available < upstreams],
    ['Up for', age(view.status.startedAt, view.at), false],
  ];
  keep(id('figures'), figures, ([name]) => name, ([name]) => {
    const value = html('dd');
    return {
      element: html('div', {}, html('dt', {}, name), value),
      update([, text, isLess]) {
        say(value, text);
        value.classList.toggle('degraded', isLess);
      },
    };
  });
}

function drawCharts(view) {
  const each = view.refusalsEach();
  const open = sum([...view.applications.values()].map(({ application }) => application.connections));
  traffic.update(view.traffic(), open);
  refusals.update(view.traffic().times, [each], { all: count(sum(each)), each: ['each bar is 2 s'] });
}

function drawTroubles(view) {
  const { components, configuration: { rejected } } = view.status;
  const troubles = Object.entries(components)
    .filter(([, state]) => state.status !== 'healthy')
    .sort(([, one], [, other]) => rank(one.status) - rank(other.status))
    .map(([name, state]) => ({ ...state, what: `${name} is ${state.status}` }));
  if (rejected !== null) {
    troubles.push({ what: 'A newer configuration was refused', status: 'degraded', reason: refused(rejected.errors), since: rejected.at });
  }

  show(id('troubles-section'), troubles.length > 0);
  keep(id('troubles'), shown.cut(troubles, () => drawTroubles(view)), trouble => trouble.what, makeTrouble, view.at);
}

function makeTrouble({ what }) {
  const sign = html('span', { class: 'sign' });
  const since = html('span', { class: 'muted since' });
  const reason = html('p', { class: 'reason' });
  const element = html('li', {}, sign, html('div', {}, html('p', {}, html('strong', {}, what), ' ', since), reason));
  return {
    element,
    update(trouble, now) {
      wear(sign, trouble.status);
      say(since, `for ${age(trouble.since, now)}, since ${clock(trouble.since, now)}`);
      say(reason, trouble.reason);
    },
  };
}

// Over TCP the errors are a number, for they quote what the operator wrote; over the socket they are texts.
function refused(errors) {
  const kept = 'The one before it stays in force.';
  return typeof errors === 'number'
    ? `${kept} ${errors === 1 ? 'One error' : `${count(errors)} errors`}, which kestrell4 status names.`
    : `${kept} ${errors.join(' ')}`;
}
