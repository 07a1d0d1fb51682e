// Small charts of the last minutes. The right edge is the newest sample, the left edge five minutes before, whether there are
// samples from then or not; the scale begins at zero and says where it ends.

import { html, mark, say, svg } from './dom.js';

const Span = 5 * 60 * 1000;
const Width = 300;
const Height = 100;

/** The next number of the kind 1, 2, 5, 10, 20, 50 that is no smaller than any value. */
function roundUp(largest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1)));
  return [1, 2, 5, 10].map(step => step * power).find(round => round >= largest) ?? power;
}

/** The line through values; it breaks where samples are missing. */
function line(times, values, top, height = Height, width = Width) {
  const end = times.at(-1);
  let path = '';
  let before = -Infinity;
  for (let index = 0; index < times.length; index++) {
    const x = width * (1 - (end - times[index]) / Span);
    const y = height - (height * values[index]) / top;
    path += `${times[index] - before > 7000 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = times[index];
  }

  return path;
}

/** A bar for each value that is not zero. */
function bars(times, values, top) {
  const end = times.at(-1);
  return values.map((value, index) => {
    const x = Width * (1 - (end - times[index]) / Span);
    return value === 0 ? '' : `M${x.toFixed(1)} ${Height}V${(Height - Math.max(2, (Height * value) / top)).toFixed(1)}`;
  }).join('');
}

/**
 * A chart with its title, its scale and its span. `series` names each line with its class; `kind` is `lines` or `bars`;
 * `format` writes a value.
 */
export function chart({ title, series, kind, format }) {
  const now = html('span', { class: 'now' });
  const top = html('span', { class: 'top', 'aria-hidden': 'true' });
  const middle = html('span', { class: 'middle', 'aria-hidden': 'true' });
  const paths = series.map(each => svg('path', { class: `${kind} ${each.name}` }));
  const areas = kind === 'lines' ? series.map(each => svg('path', { class: `area ${each.name}` })) : [];
  const picture = svg('svg', { viewBox: `0 0 ${Width} ${Height}`, preserveAspectRatio: 'none', role: 'img' },
    svg('path', { class: 'grid', d: `M0 0H${Width}M0 ${Height / 2}H${Width}` }),
    svg('path', { class: 'base', d: `M0 ${Height}H${Width}` }),
    ...areas, ...paths);
  const legend = series.length < 2 ? [] : [html('p', { class: 'legend', 'aria-hidden': 'true' },
    ...series.map(each => html('span', {}, html('i', { class: `swatch ${each.name}` }), each.label)))];
  const element = html('figure', { class: 'chart' },
    html('figcaption', {}, html('span', { class: 'title' }, title), now),
    html('div', { class: 'plot' }, picture, top, middle),
    html('p', { class: 'span', 'aria-hidden': 'true' }, html('span', {}, '5 min ago'), html('span', {}, 'now')),
    ...legend);

  function update(times, values, headline) {
    const largest = Math.max(0, ...values.flat());
    const scale = roundUp(largest);
    say(now, headline);
    say(top, format(scale));
    say(middle, scale > 1 ? format(scale / 2) : '');
    mark(picture, 'aria-label', `${title}, last 5 minutes: now ${headline}, at most ${format(largest)}`);
    paths.forEach((path, index) => {
      const drawn = times.length === 0 ? '' : (kind === 'lines' ? line : bars)(times, values[index], scale);
      mark(path, 'd', drawn);
      if (areas.length > 0) {
        mark(areas[index], 'd', areaUnder(drawn));
      }
    });
  }

  return { element, update };
}

// Each unbroken part of the line is closed down to the base on its own.
function areaUnder(drawn) {
  return drawn.split('M').filter(part => part !== '').map(part => {
    const points = part.split('L');
    const first = points[0].split(' ')[0];
    const last = points.at(-1).split(' ')[0];
    return `M${part}L${last} ${Height}L${first} ${Height}Z`;
  }).join('');
}

/** A line without a scale for the row of an application; what it says in numbers stands beside it. */
export function sparkline() {
  const path = svg('path', { class: 'lines connections' });
  const base = svg('path', { class: 'base', d: 'M0 24H100' });
  const element = svg('svg', { class: 'spark', viewBox: '0 0 100 24', preserveAspectRatio: 'none', role: 'img' }, base, path);
  function update(times, values) {
    const largest = Math.max(0, ...values);
    mark(path, 'd', times.length === 0 ? '' : line(times, values, Math.max(1, largest) * 1.1, 24, 100));
    mark(element, 'aria-label', `Connections, last 5 minutes: at most ${largest}`);
  }

  return { element, update };
}
