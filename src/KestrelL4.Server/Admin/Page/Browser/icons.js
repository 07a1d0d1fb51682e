// A shape for each status, so that it is told by more than its colour.

import { svg } from './dom.js';

const Shapes = {
  healthy: ['M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z', 'M7.5 12.4l3.1 3.1 6-6.4'],
  degraded: ['M12 2.6 22.6 21H1.4z', 'M12 9.2v5.4M12 17.6v.2'],
  unhealthy: ['M8 2h8l6 6v8l-6 6H8l-6-6V8z', 'M8.6 8.6l6.8 6.8M15.4 8.6l-6.8 6.8'],
  draining: ['M3 3h18v18H3z', 'M12 7.4v8.4M8.2 12.4l3.8 3.8 3.8-3.8'],
  starting: ['M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z', 'M12 6.8v5.4l3.6 2.2'],
};

/** The shape of a status. */
export function icon(status) {
  const [body, sign] = Shapes[status] ?? Shapes.starting;
  return svg('svg', { class: `icon ${status}`, viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { class: 'body', d: body }),
    svg('path', { class: 'sign', d: sign }));
}

/** Puts the shape of a status into an element, where it shows another one. */
export function wear(element, status) {
  if (element.dataset.status !== status) {
    element.dataset.status = status;
    element.replaceChildren(icon(status));
  }
}
