// Components, refusals and limits.

import { html, keep, say, show } from './dom.js';
import { age, bytes, clock, count } from './format.js';
import { wear } from './icons.js';
import { rank, Reasons, Scopes } from './words.js';

// Of a limit that is so far used there is little left to give.
const AlmostFull = 0.9;

const id = name => document.getElementById(name);

/** Draws the components, those that are not healthy first; the applications have a list of their own. */
export function drawComponents(view) {
  const components = Object.entries(view.status.components)
    .filter(([name]) => !name.startsWith('application:'))
    .map(([name, state], place) => ({ name, place, ...state }))
    .sort((one, other) => rank(one.status) - rank(other.status) || one.place - other.place);
  keep(id('components'), components, each => each.name, makeComponent, view.at);
}

function makeComponent({ name }) {
  const sign = html('span', { class: 'sign' });
  const word = html('span', { class: 'word' });
  const since = html('span', { class: 'muted since' });
  const reason = html('span', { class: 'reason' });
  const element = html('tr', {},
    html('th', { scope: 'row' }, html('span', { class: 'name' }, name)),
    html('td', {}, html('div', { class: 'state' }, sign, word, since), reason));
  return {
    element,
    update(component, now) {
      wear(sign, component.status);
      say(word, component.status);
      say(since, `for ${age(component.since, now)}, since ${clock(component.since, now)}`);
      say(reason, component.reason);
    },
  };
}

/** Draws the refusals by reason, the most frequent of the last minutes first. */
export function drawRefusals(view) {
  const recent = view.recentRefusals();
  const refusals = Object.entries(view.refusals)
    .map(([reason, total]) => ({ reason, total, recent: recent[reason] ?? 0 }))
    .sort((one, other) => other.recent - one.recent || other.total - one.total);
  show(id('refusals-table'), refusals.length > 0);
  show(id('no-refusals'), refusals.length === 0);
  keep(id('refusals'), refusals, each => each.reason, makeRefusal);
}

function makeRefusal({ reason }) {
  const recent = html('td', { class: 'number' });
  const total = html('td', { class: 'number' });
  const element = html('tr', {},
    html('th', { scope: 'row' }, html('code', {}, reason), html('span', { class: 'muted meaning' }, Reasons[reason] ?? '')), recent, total);
  return {
    element,
    update(refusal) {
      say(recent, count(refusal.recent));
      say(total, count(refusal.total));
      element.classList.toggle('quiet', refusal.recent === 0);
    },
  };
}

/** Draws the limits that hold all clients together. */
export function drawLimits(view) {
  const { limits } = view.status;
  show(id('limits-section'), limits.length > 0);
  keep(id('limits'), limits, limit => limit.application ?? '', makeLimit);
}

function makeLimit({ scope, application }) {
  const more = html('span', { class: 'muted meaning' });
  const held = html('span', { class: 'value' });
  const meter = html('meter', { min: '0', 'aria-hidden': 'true' });
  const waiting = html('td', { class: 'number' });
  const element = html('tr', {},
    html('th', { scope: 'row' }, html('span', { class: 'name' }, `${Scopes[scope] ?? scope} ${application ?? ''}`.trim()), more),
    html('td', {}, held, meter), waiting);
  return {
    element,
    update(limit) {
      say(more, numbersOf(limit));
      say(held, limit.maxConcurrentConnections === null ? count(limit.connections) : `${count(limit.connections)} of ${count(limit.maxConcurrentConnections)}`);
      show(meter, limit.maxConcurrentConnections !== null);
      meter.max = limit.maxConcurrentConnections ?? 1;
      meter.optimum = 0;
      meter.low = meter.high = meter.max * AlmostFull;
      meter.value = limit.connections;
      say(waiting, count(limit.waiting));
    },
  };
}

function numbersOf(limit) {
  return [
    limit.connectionsPerWindow === null ? null : `${count(limit.connectionsPerWindow)} connections in ${limit.windowSeconds} s`,
    limit.bytesPerSecond === null ? null : `${bytes(limit.bytesPerSecond)}/s each way`,
    limit.waitUpToSeconds === 0 ? null : `waits up to ${limit.waitUpToSeconds} s`,
  ].filter(each => each !== null).join(', ');
}
