// Long lists show what comes first, and the rest when asked.

import { html, say, show } from './dom.js';
import { count } from './format.js';

/** A button under a list that shows `most` of its items until somebody asks for all. */
export function more(most) {
  const element = html('button', { type: 'button', class: 'more' });
  let isWhole = false;
  let again = () => {};
  element.addEventListener('click', () => {
    isWhole = !isWhole;
    again();
  });

  /** The items to show; `drawAgain` is called when that becomes another answer. */
  function cut(items, drawAgain) {
    again = drawAgain;
    show(element, items.length > most);
    say(element, isWhole ? `Show the first ${count(most)} only` : `Show ${count(items.length - most)} more`);
    return isWhole ? items : items.slice(0, most);
  }

  return { element, cut };
}
