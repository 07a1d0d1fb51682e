// Small charts of the last minutes. The right edge is the newest sample, the left edge five minutes before, whether there are
// samples from then or not; the scale begins at zero and says where it ends.

import { html, mark, say, svg } from './dom.js';

const Span = 5 * 60 * 1000;
const Gap = 7000;
const Width = 300;
const Height = 100;

/** The next number of the kind 1, 2, 5, 10, 20, 50 that is no smaller. */
function roundUp(largest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1)));
  return [1, 2, 5, 10].map(step => step * power).find(round => round >= largest);
}

/** The places of values on a picture; a place that follows missing samples begins a new line. */
function places(times, values, top, [width, height]) {
  const end = times.at(-1);
  return times.map((time, index) => ({
    x: (width * (1 - (end - time) / Span)).toFixed(1),
    y: (height - (height * values[index]) / top).toFixed(1),
    begins: index === 0 || time - times[index - 1] > Gap,
  }));
}

const line = points => points.map(({ x, y, begins }) => `${begins ? 'M' : 'L'}${x} ${y}`).join('');

const area = points => points.map(({ x, y, begins }, index) => {
  const ends = index === points.length - 1 || points[index + 1].begins;
  return `${begins ? `M${x} ${Height}L` : 'L'}${x} ${y}${ends ? `L${x} ${Height}Z` : ''}`;
}).join('');

// One refusal among thousands is to be seen, too.
const bars = points => points.map(({ x, y }) => (Number(y) >= Height ? '' : `M${x} ${Height}V${Math.min(Number(y), Height - 3)}`)).join('');

/**
 * A chart: its title, what it says in numbers, its scale, and its span. Each of `series` is the class of a line, `kind` is
 * `lines` or `bars`, and `format` writes a value.
 */
export function chart({ title, series, kind, format }) {
  const headline = html('span', { class: 'headline' });
  const top = html('p', { class: 'top', 'aria-hidden': 'true' });
  const notes = series.map(() => html('span'));
  const swatches = series.map(name => (series.length > 1 ? [html('i', { class: `swatch ${name}`, 'aria-hidden': 'true' })] : []));
  const fills = series.map(name => svg('path', { class: `area ${name}` }));
  const strokes = series.map(name => svg('path', { class: `${kind} ${name}` }));
  const picture = svg('svg', { viewBox: `0 0 ${Width} ${Height}`, preserveAspectRatio: 'none', role: 'img' },
    svg('path', { class: 'grid', d: `M0 0H${Width}M0 ${Height / 2}H${Width}M0 ${Height}H${Width}` }), ...fills, ...strokes);
  const element = html('figure', { class: 'chart' },
    html('figcaption', {}, html('span', { class: 'title' }, title), headline),
    top, picture,
    html('p', { class: 'span', 'aria-hidden': 'true' }, html('span', {}, '5 min ago'), html('span', {}, 'now')),
    html('p', { class: 'legend' }, ...notes.map((note, index) => html('span', {}, ...swatches[index], note))));

  /** Draws values, an array for each of the series, with what is to be said of all of them and of each. */
  function update(times, values, { all, each }) {
    const largest = Math.max(0, ...values.flat());
    const scale = roundUp(largest);
    say(headline, all);
    say(top, format(scale));
    mark(picture, 'aria-label', `${title}, last 5 minutes: now ${all}, at most ${format(largest)}`);
    values.forEach((ofOne, index) => {
      const points = places(times, ofOne, scale, [Width, Height]);
      say(notes[index], each[index]);
      mark(strokes[index], 'd', (kind === 'lines' ? line : bars)(points));
      mark(fills[index], 'd', kind === 'lines' ? area(points) : '');
    });
  }

  return { element, update };
}

/** A line without a scale for the row of an application, beside which its number stands. */
export function sparkline() {
  const stroke = svg('path', { class: 'lines connections' });
  const element = svg('svg', { class: 'spark', viewBox: '0 0 100 24', preserveAspectRatio: 'none', role: 'img' },
    svg('path', { class: 'grid', d: 'M0 24H100' }), stroke);

  function update(times, values) {
    const largest = Math.max(0, ...values);
    mark(stroke, 'd', line(places(times, values, Math.max(1, largest), [100, 24])));
    mark(element, 'aria-label', `Connections, last 5 minutes: at most ${largest}`);
  }

  return { element, update };
}
