// @ts-check
import { useSyncExternalStore } from "react";

/**
 * A value that parts of a page watch. Values are replaced, never changed in place.
 * @template T
 */
export class Store {
  /** @param {T} value */
  constructor(value) {
    this.value = value;
    /** @type {Set<() => void>} */
    this.watchers = new Set();
  }

  /** @param {Partial<T>} changes what is to be different from now on */
  set(changes) {
    const before = /** @type {Record<string, unknown>} */ (this.value);
    if (Object.entries(changes).every(([name, value]) => Object.is(before[name], value))) return;
    this.value = { ...this.value, ...changes };
    for (const watcher of [...this.watchers]) watcher();
  }

  /**
   * @param {() => void} watcher called after every change
   * @returns {() => void} ends it
   */
  watch = (watcher) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
}

/**
 * Part of a store's value, as a React hook: renders again only when that part is another.
 * @template T, P
 * @param {Store<T>} store
 * @param {(value: T) => P} part must return the same object for the same value
 * @returns {P}
 */
export const useStore = (store, part) =>
  useSyncExternalStore(store.watch, () => part(store.value));
