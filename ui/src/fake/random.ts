/** Numbers that look random and are always the same. */

/** A number from 0 to 1 for a seed and a place. */
export function chance(seed: number, place: number, salt = 0): number {
  let mixed = (seed ^ Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}

/** A whole number below `end`. */
export function below(end: number, seed: number, place: number, salt = 0): number {
  return Math.floor(chance(seed, place, salt) * end);
}

/** One of a list, which must not be empty. */
export function pick<T>(list: readonly T[], seed: number, place: number, salt = 0): T {
  return list[below(list.length, seed, place, salt)] as T;
}
