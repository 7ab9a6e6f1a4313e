// @ts-check

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
