// What is in force: identity, registry, authority, and the node with its configuration.

import { html, keep, say } from './dom.js';
import { age, clock, count, duration } from './format.js';
import { Sources } from './words.js';

/** Draws what is in force. */
export function drawFacts(view) {
  const { status, at } = view;
  const cards = [identity(status, at), registry(status), authority(status, at), node(status, at)];
  keep(document.getElementById('facts'), cards.filter(card => card !== null), card => card.title, makeCard);
}

const ago = (time, now) => (time === null ? 'never' : `${age(time, now)} ago`);
const since = (time, now) => `${clock(time, now)}, ${age(time, now)} ago`;

function identity({ identity: { source, notAfter } }, now) {
  const left = notAfter === null ? null : Date.parse(notAfter) - Date.parse(now);
  return {
    title: 'Identity',
    facts: [
      ['From', Sources[source] ?? 'there is none'],
      ['Expires', left === null ? 'never' : `${left > 0 ? `in ${duration(left)}` : `${duration(-left)} ago`}, ${clock(notAfter, now)}`],
    ],
  };
}

function registry({ registry: { source, epoch, revision, clients, ageSeconds, stale } }) {
  return {
    title: 'Registry',
    facts: [
      ['From', Sources[source] ?? 'there is none'],
      ['Clients', count(clients)],
      ['Revision', epoch === 0 ? count(revision) : `${count(revision)} of epoch ${count(epoch)}`],
      ['Confirmed', source === 'file' ? '' : ageSeconds === null ? 'never' : `${duration(ageSeconds * 1000)} ago${stale ? ', too long' : ''}`],
    ],
  };
}

function authority({ authority: known }, now) {
  return known === null ? null : {
    title: 'Authority',
    facts: [
      ['Connected', known.connected ? `for ${age(known.since, now)}` : `no, for ${age(known.since, now)}`],
      ['Last contact', ago(known.lastContact, now)],
      ['Failed attempts', known.failedAttempts === 0 ? '' : `${count(known.failedAttempts)} in a row`],
      ['Failure', known.failure ?? ''],
    ],
  };
}

function node({ node: name, version, startedAt, configuration: { hash, appliedAt, rejected } }, now) {
  return {
    title: 'Node',
    facts: [
      ['Name', name],
      ['Version', version],
      ['Started', since(startedAt, now)],
      ['Configuration', `${hash}, in force since ${since(appliedAt, now)}`],
      ['Newer one', rejected === null ? '' : `refused ${since(rejected.at, now)}`],
    ],
  };
}

function makeCard({ title }) {
  const list = html('dl');
  const element = html('div', { class: 'card fact' }, html('h3', {}, title), list);
  return { element, update: ({ facts }) => keep(list, facts.filter(([, value]) => value !== ''), ([name]) => name, makeFact) };
}

function makeFact([name]) {
  const value = html('dd');
  return { element: html('div', {}, html('dt', {}, name), value), update: ([, text]) => say(value, text) };
}
