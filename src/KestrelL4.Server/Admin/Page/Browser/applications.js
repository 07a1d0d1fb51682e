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
  const all = [...view.applications.values()].sort(({ application: one }, { application: other }) =>
    rank(one.status) - rank(other.status) || (one.name < other.name ? -1 : 1));
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
    state: view.status.components[`application:${each.application.name}`],
  }));
  keep(list, news, each => each.application.name, makeApplication, view.at);
}

/** Calls back when the operator wants other applications. */
export const onFilter = callback => filter.addEventListener('input', callback);
