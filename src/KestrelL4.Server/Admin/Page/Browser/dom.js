// Making and keeping elements. Whatever comes from the node is set as text, never as markup.

const SvgNamespace = 'http://www.w3.org/2000/svg';

/** Makes an element with attributes and children; a child may be a text. */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a picture's elements. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SvgNamespace, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }

  element.append(...children);
  return element;
}

/** Sets a text where it is another one: what stays as it is keeps its selection, and no screen reader reads it again. */
export function say(element, text) {
  const wanted = text ?? '';
  if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

/** Sets an attribute where it has another value. */
export function mark(element, name, value) {
  if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

/** Shows or hides an element. */
export function show(element, isShown) {
  if (element.hidden === isShown) {
    element.hidden = !isShown;
  }
}

const kept = new WeakMap();

/**
 * Gives each item one element below a parent, in order, and keeps it as long as there is an item of that key, so that focus,
 * selection and what is unfolded stay. `make(item)` gives an object with `element` and `update(item, now)`, where `now` is the
 * moment that ages are counted to.
 */
export function keep(parent, items, keyOf, make, now) {
  const before = kept.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const part = before.get(key) ?? make(item);
    before.delete(key);
    after.set(key, part);
    part.update(item, now);
  }

  for (const part of before.values()) {
    part.element.remove();
  }

  kept.set(parent, after);
  arrange(parent, [...after.values()].map(part => part.element));
  return after;
}

// Whatever is moved loses the focus, so that what goes up or down moves alone, and what it passes stays.
function arrange(parent, elements) {
  let place = parent.firstElementChild;
  for (const element of elements) {
    if (place !== null && element === place.nextElementSibling) {
      parent.append(place);
      place = element;
    }

    if (element === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(element, place);
    }
  }
}
