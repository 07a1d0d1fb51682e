// The list of applications, those in trouble first.

import { makeApplication } from './application.js';
import { keep, say, show } from './dom.js';
import { count } from './format.js';
import { more } from './more.js';
import { rank } from './words.js';

const MostShown = 12;

// More than this many at once would bury what an operator looks for.
const MostUnfolded = 3;

const id = name => document.getElementById(name);
const list = id('application-list');
const filter = id('filter');
const shown = more(MostShown);

list.after(shown.element);

/** Draws the applications that the filter lets through. */
export function drawApplications(view) {
  const wanted = filter.value.trim().toLowerCase();
  const all = [...view.applications.values()].sort((one, other) =>
    rank(one.application.status) - rank(other.application.status) || (one.key < other.key ? -1 : 1));
  const found = all.filter(({ application }) => application.name.toLowerCase().includes(wanted));
  const inTrouble = all.filter(({ application }) => application.status !== 'healthy').length;
  show(id('filter-label'), all.length > MostShown);
  show(id('nothing-found'), found.length === 0 && all.length > 0);
  show(list, found.length > 0);
  say(id('applications-count'), inTrouble > 0 ? `${count(inTrouble)} of ${count(all.length)} not healthy` : `${count(all.length)}, all healthy`);
  const news = shown.cut(found, () => drawApplications(view)).map(each => ({
    ...each,
    view,
    unfolds: all.length === 1 || (each.application.status !== 'healthy' && inTrouble <= MostUnfolded),
    state: stateOf(view, each.application),
  }));
  keep(list, news, each => each.key, makeApplication, view.at);
}

// One that was removed and drains has no component; that of its name is its successor's.
function stateOf({ status: { components } }, { name, status }) {
  const state = components[`application:${name}`];
  return state?.status === status ? state : undefined;
}

/** Calls back when the operator wants other applications. */
export const onFilter = callback => filter.addEventListener('input', callback);
