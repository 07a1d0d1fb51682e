// Numbers, sizes and times as people read them.

const Grouped = new Intl.NumberFormat('en');
const Short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const Units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const Second = 1000;
const Minute = 60 * Second;
const Hour = 60 * Minute;
const Day = 24 * Hour;

/** 1,234; from a million on 1.2M. */
export const count = value => (value < 1e6 ? Grouped : Short).format(value);

/** 1.2 MB, by powers of a thousand. */
export function bytes(value) {
  let unit = 0;
  let left = value;
  while (left >= 999.5 && unit < Units.length - 1) {
    left /= 1000;
    unit++;
  }

  return `${unit === 0 || left >= 99.95 ? Math.round(left) : left.toFixed(left >= 9.995 ? 1 : 2).replace(/\.?0+$/, '')} ${Units[unit]}`;
}

/** 1.2 MB/s. */
export const rate = value => `${bytes(value)}/s`;

/** A length of time in its two largest units: 4 s, 12 min, 3 h 5 min, 2 d 4 h. */
export function duration(milliseconds) {
  const length = Math.max(0, milliseconds);
  if (length < Minute) {
    return `${Math.floor(length / Second)} s`;
  }

  if (length < Hour) {
    return `${Math.floor(length / Minute)} min`;
  }

  return length < Day ? pair(length, Hour, 'h', Minute, 'min') : pair(length, Day, 'd', Hour, 'h');
}

function pair(length, large, largeName, small, smallName) {
  const rest = Math.floor((length % large) / small);
  return `${Math.floor(length / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
}

/** How long before a moment of the node's clock another one was. */
export const age = (then, now) => duration(Date.parse(now) - Date.parse(then));

/** 14:03:22, with the date where it is another day. */
export function clock(time, now) {
  const [day, rest] = new Date(time).toISOString().split('T');
  const exact = rest.slice(0, 8);
  return day === new Date(now).toISOString().slice(0, 10) ? exact : `${day} ${exact}`;
}

/** All of them together. */
export const sum = values => values.reduce((all, each) => all + each, 0);
