// @ts-check
/** What a tab keeps for a reload. Where storage is full or forbidden nothing is kept, and all works. */

/**
 * @param {string} key
 * @param {string} text empty to keep nothing
 */
export function keepInTab(key, text) {
  try {
    // Out with the old first: if there is no room for the new, the old is not to come back.
    sessionStorage.removeItem(key);
    if (text) sessionStorage.setItem(key, text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/**
 * @param {string} key
 * @returns {any} what the JSON kept under the key says; null for none, and for what is no JSON
 */
export function keptInTab(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
