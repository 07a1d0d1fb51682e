// Draws the node's news as they come, and says when they do not.

import { drawApplications, onFilter } from './applications.js';
import { mark, say, show } from './dom.js';
import { drawFacts } from './facts.js';
import { clock, duration } from './format.js';
import { drawOverview } from './overview.js';
import { follow } from './stream.js';
import { drawComponents, drawLimits, drawRefusals } from './tables.js';
import { View } from './view.js';
import { Standing } from './words.js';

const id = name => document.getElementById(name);
const view = new View();
let drawnAt = null;

function heard(type, news) {
  if (type === 'node' && view.isOlderThan(news)) {
    // Another version of the program may have another page.
    location.reload();
    return;
  }

  view.take(type, news);
  if (type === 'node') {
    drawnAt = performance.now();
    draw();
  }
}

function draw() {
  drawOverview(view);
  drawApplications(view);
  drawComponents(view);
  drawRefusals(view);
  drawLimits(view);
  drawFacts(view);
  show(id('waiting'), false);
  show(id('main'), true);
}

function changed(problem) {
  const isLive = problem === null && drawnAt !== null;
  show(id('live'), drawnAt !== null);
  say(id('live-word'), isLive ? 'live' : 'not live');
  mark(document.documentElement, 'data-line', isLive ? 'live' : 'broken');
  show(id('notice'), problem !== null && (drawnAt !== null || problem !== 'the node has not answered yet'));
  if (problem === null) {
    tell(Standing[view.status.status].word);
  } else if (drawnAt !== null) {
    say(id('notice'), `No news since ${clock(view.at, view.at)} UTC: ${problem}. What you see is ${duration(performance.now() - drawnAt)} old. Trying again.`);
    tell('No news');
  } else {
    say(id('notice'), `No news yet: ${problem}. Trying again.`);
  }
}

function tell(standing) {
  document.title = `${standing}: ${view.status.node} (KestrelL4)`;
  say(id('announcement'), `${view.status.node}: ${standing.toLowerCase()}`);
  const wanted = { Degraded: 'icon-degraded.svg', Healthy: 'icon.svg', Draining: 'icon.svg' }[standing] ?? 'icon-unhealthy.svg';
  mark(id('icon'), 'href', `page/${wanted}`);
}

show(id('waiting'), true);
onFilter(() => drawApplications(view));
follow('events', heard, changed);
